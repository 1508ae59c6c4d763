CREATE TABLE "routing_alarms" (
	"account_id" uuid,
	"name" text,
	"raised_at" timestamp(3) with time zone,
	"kind" text NOT NULL,
	"carrier_id" uuid,
	"route_id" uuid,
	"country" char(2),
	"operator" text,
	"facts" jsonb NOT NULL,
	"cleared_at" timestamp(3) with time zone,
	CONSTRAINT "routing_alarms_pkey" PRIMARY KEY("account_id","name","raised_at")
);
--> statement-breakpoint
ALTER TABLE "routing_rollups" ADD COLUMN "watched_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "carriers" ADD COLUMN "sla" jsonb;--> statement-breakpoint
CREATE INDEX "routing_alarms_open" ON "routing_alarms" ("account_id") WHERE "cleared_at" is null;--> statement-breakpoint
ALTER TABLE "routing_alarms" ADD CONSTRAINT "routing_alarms_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");