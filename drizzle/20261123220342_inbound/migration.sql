CREATE TABLE "inbound_arrivals" (
	"account_id" uuid,
	"arrival" bytea,
	"conversation" bytea NOT NULL,
	"carrier_id" uuid NOT NULL,
	"total" smallint NOT NULL,
	"parts" jsonb NOT NULL,
	"marks" jsonb NOT NULL,
	"done" boolean NOT NULL,
	"received_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "inbound_arrivals_pkey" PRIMARY KEY("account_id","arrival")
);
--> statement-breakpoint
CREATE TABLE "inbound_messages" (
	"account_id" uuid,
	"id" uuid,
	"carrier_id" uuid NOT NULL,
	"service_id" uuid,
	"kind" text NOT NULL,
	"our_number" text NOT NULL,
	"sender" bytea,
	"from_sealed" bytea NOT NULL,
	"text_sealed" bytea NOT NULL,
	"verification_id" uuid,
	"received_at" timestamp(3) with time zone NOT NULL,
	"transaction" xid8 DEFAULT pg_current_xact_id() NOT NULL,
	CONSTRAINT "inbound_messages_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "inbound_numbers" (
	"account_id" uuid,
	"id" uuid,
	"carrier_id" uuid NOT NULL,
	"number" text NOT NULL,
	"country" char(2) NOT NULL,
	"service_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "inbound_numbers_pkey" PRIMARY KEY("account_id","id"),
	CONSTRAINT "inbound_numbers_number" UNIQUE("account_id","carrier_id","number")
);
--> statement-breakpoint
CREATE TABLE "opt_outs" (
	"account_id" uuid NOT NULL,
	"destination" bytea NOT NULL,
	"service_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "opt_outs_scope" UNIQUE NULLS NOT DISTINCT("account_id","destination","service_id")
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "channel" text;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ALTER COLUMN "message_id" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "inbound_arrivals_conversation" ON "inbound_arrivals" ("conversation");--> statement-breakpoint
CREATE INDEX "inbound_arrivals_expiry" ON "inbound_arrivals" ("expires_at");--> statement-breakpoint
CREATE INDEX "inbound_arrivals_waiting" ON "inbound_arrivals" ("expires_at") WHERE not "done";--> statement-breakpoint
CREATE INDEX "inbound_messages_order" ON "inbound_messages" ("account_id","transaction","id");--> statement-breakpoint
CREATE INDEX "inbound_messages_age" ON "inbound_messages" ("received_at");--> statement-breakpoint
ALTER TABLE "inbound_numbers" ADD CONSTRAINT "inbound_numbers_carrier" FOREIGN KEY ("account_id","carrier_id") REFERENCES "carriers"("account_id","id");