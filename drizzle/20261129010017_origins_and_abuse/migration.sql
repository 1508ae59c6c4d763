CREATE TABLE "abuse_alarms" (
	"account_id" uuid,
	"raised_at" timestamp(3) with time zone,
	"kind" text,
	"address" text,
	"first_checks" integer NOT NULL,
	"wrong_checks" integer NOT NULL,
	CONSTRAINT "abuse_alarms_pkey" PRIMARY KEY("account_id","raised_at","kind","address")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "allowed_origins" text[];--> statement-breakpoint
ALTER TABLE "abuse_alarms" ADD CONSTRAINT "abuse_alarms_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");