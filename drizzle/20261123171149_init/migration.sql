CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY,
	"name" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"account_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"hash" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "api_keys_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "carriers" (
	"account_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"config" jsonb NOT NULL,
	"password_sealed" bytea NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "carriers_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"account_id" uuid,
	"verification_id" uuid,
	"version" integer,
	"type" text NOT NULL,
	"occurred_at" timestamp(3) with time zone NOT NULL,
	"transaction" xid8 DEFAULT pg_current_xact_id() NOT NULL,
	"verification_status" text NOT NULL,
	"checks_left" smallint NOT NULL,
	"sends_left" smallint NOT NULL,
	"next_send_at" timestamp(3) with time zone,
	"message_id" uuid,
	"message_status" text,
	CONSTRAINT "events_pkey" PRIMARY KEY("account_id","verification_id","version")
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"account_id" uuid,
	"id" uuid,
	"message_id" uuid NOT NULL,
	"verification_id" uuid NOT NULL,
	"carrier_id" uuid NOT NULL,
	"route_id" uuid NOT NULL,
	"status" text NOT NULL,
	"carrier_message_id" text,
	"error_code" text,
	"error_message" text,
	"decision" jsonb NOT NULL,
	"submitted_at" timestamp(3) with time zone NOT NULL,
	"answered_at" timestamp(3) with time zone,
	"settled_at" timestamp(3) with time zone,
	CONSTRAINT "attempts_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"account_id" uuid,
	"id" uuid,
	"verification_id" uuid NOT NULL,
	"status" text NOT NULL,
	"sender" text,
	"segments" smallint,
	"attempts_spent" smallint NOT NULL,
	"due_at" timestamp(3) with time zone,
	"queued_at" timestamp(3) with time zone NOT NULL,
	"sent_at" timestamp(3) with time zone,
	"delivered_at" timestamp(3) with time zone,
	"settled_at" timestamp(3) with time zone,
	CONSTRAINT "messages_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "receipt_inbox" (
	"account_id" uuid,
	"id" uuid,
	"carrier_id" uuid NOT NULL,
	"carrier_message_id" text NOT NULL,
	"state" text NOT NULL,
	"error_code" text,
	"error_message" text,
	"received_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "receipt_inbox_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "routes" (
	"account_id" uuid,
	"id" uuid,
	"carrier_id" uuid NOT NULL,
	"name" text NOT NULL,
	"priority" integer NOT NULL,
	"countries" char(2)[],
	"sender" text,
	"price" double precision DEFAULT 0 NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "routes_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "services" (
	"account_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"settings" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "services_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "destinations" (
	"account_id" uuid,
	"service_id" uuid,
	"destination" bytea,
	"recent_sends" bigint[] NOT NULL,
	"failed_checks" integer DEFAULT 0 NOT NULL,
	"latest_verification_id" uuid,
	CONSTRAINT "destinations_pkey" PRIMARY KEY("account_id","service_id","destination")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"account_id" uuid,
	"key" bytea,
	"fingerprint" bytea NOT NULL,
	"verification_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("account_id","key")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"account_id" uuid,
	"id" uuid,
	"service_id" uuid NOT NULL,
	"destination" bytea NOT NULL,
	"to_sealed" bytea NOT NULL,
	"country" char(2) NOT NULL,
	"channel" text NOT NULL,
	"locale" text NOT NULL,
	"status" text NOT NULL,
	"failure_reason" text,
	"code_nonce" bytea NOT NULL,
	"code_key_id" text NOT NULL,
	"code_length" smallint NOT NULL,
	"code_alphabet" text NOT NULL,
	"checks_used" smallint NOT NULL,
	"max_checks" smallint NOT NULL,
	"sends_left" smallint NOT NULL,
	"next_send_at" timestamp(3) with time zone,
	"version" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"settled_at" timestamp(3) with time zone,
	CONSTRAINT "verifications_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" ("hash");--> statement-breakpoint
CREATE INDEX "api_keys_account_created" ON "api_keys" ("account_id","created_at");--> statement-breakpoint
CREATE INDEX "events_account_order" ON "events" ("account_id","transaction","verification_id","version");--> statement-breakpoint
CREATE INDEX "attempts_message" ON "attempts" ("message_id","id");--> statement-breakpoint
CREATE INDEX "attempts_carrier_message" ON "attempts" ("carrier_id","carrier_message_id") WHERE "carrier_message_id" is not null;--> statement-breakpoint
CREATE INDEX "messages_verification" ON "messages" ("verification_id","id");--> statement-breakpoint
CREATE INDEX "messages_due" ON "messages" ("due_at") WHERE "due_at" is not null;--> statement-breakpoint
CREATE INDEX "receipt_inbox_carrier_message" ON "receipt_inbox" ("carrier_id","carrier_message_id");--> statement-breakpoint
CREATE INDEX "receipt_inbox_age" ON "receipt_inbox" ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "services_one_default" ON "services" ("account_id") WHERE "is_default";--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" ("created_at");--> statement-breakpoint
CREATE INDEX "verifications_destination" ON "verifications" ("destination","id");--> statement-breakpoint
CREATE INDEX "verifications_expiry" ON "verifications" ("expires_at") WHERE "status" = 'pending';--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "carriers" ADD CONSTRAINT "carriers_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "routes" ADD CONSTRAINT "routes_account_id_carrier_id_carriers_account_id_id_fkey" FOREIGN KEY ("account_id","carrier_id") REFERENCES "carriers"("account_id","id");--> statement-breakpoint
ALTER TABLE "services" ADD CONSTRAINT "services_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");