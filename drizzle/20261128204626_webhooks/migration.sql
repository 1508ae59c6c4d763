CREATE TABLE "webhook_deliveries" (
	"account_id" uuid,
	"id" uuid,
	"endpoint_id" uuid NOT NULL,
	"name" text NOT NULL,
	"verification_id" uuid,
	"version" integer,
	"status" text NOT NULL,
	"attempts" smallint NOT NULL,
	"due_at" timestamp(3) with time zone,
	"log" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"settled_at" timestamp(3) with time zone,
	CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"account_id" uuid,
	"id" uuid,
	"url" text NOT NULL,
	"description" text NOT NULL,
	"events" text[],
	"region" text,
	"secrets_sealed" bytea NOT NULL,
	"previous_ends_at" timestamp(3) with time zone,
	"seen_transaction" xid8 NOT NULL,
	"seen_verification_id" uuid NOT NULL,
	"seen_version" integer NOT NULL,
	"failing_since" timestamp(3) with time zone,
	"disabled_at" timestamp(3) with time zone,
	"disabled_reason" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE INDEX "webhook_deliveries_endpoint" ON "webhook_deliveries" ("endpoint_id","id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" ("endpoint_id","due_at") WHERE "due_at" is not null;--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");