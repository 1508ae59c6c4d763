CREATE TABLE "routing_evidence" (
	"account_id" uuid,
	"policy" text,
	"worker" text,
	"snapshot" jsonb NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "routing_evidence_pkey" PRIMARY KEY("account_id","policy","worker")
);
--> statement-breakpoint
ALTER TABLE "routing_evidence" ADD CONSTRAINT "routing_evidence_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");