CREATE TABLE "sender_rules" (
	"account_id" uuid,
	"country" char(2),
	"rule" jsonb NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sender_rules_pkey" PRIMARY KEY("account_id","country")
);
--> statement-breakpoint
CREATE TABLE "senders" (
	"account_id" uuid,
	"id" uuid,
	"value" text NOT NULL,
	"countries" char(2)[],
	"carrier_ids" uuid[],
	"pools" text[] DEFAULT '{}'::text[] NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "senders_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
ALTER TABLE "sender_rules" ADD CONSTRAINT "sender_rules_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "senders" ADD CONSTRAINT "senders_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");