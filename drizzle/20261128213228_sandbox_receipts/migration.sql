CREATE TABLE "sandbox_receipts" (
	"account_id" uuid,
	"attempt_id" uuid,
	"stat" text NOT NULL,
	"err" smallint NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sandbox_receipts_pkey" PRIMARY KEY("account_id","attempt_id")
);
--> statement-breakpoint
CREATE INDEX "sandbox_receipts_due" ON "sandbox_receipts" ("due_at");