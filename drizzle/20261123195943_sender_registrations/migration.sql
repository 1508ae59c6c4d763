CREATE TABLE "sender_registrations" (
	"account_id" uuid,
	"country" char(2),
	"sender" text,
	"register" text,
	"references" jsonb NOT NULL,
	"valid_until" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sender_registrations_pkey" PRIMARY KEY("account_id","country","sender","register")
);
--> statement-breakpoint
ALTER TABLE "carriers" ADD COLUMN "sender_rules" text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE "sender_registrations" ADD CONSTRAINT "sender_registrations_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");