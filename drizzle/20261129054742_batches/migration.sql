CREATE TABLE "batch_results" (
	"account_id" uuid,
	"batch_id" uuid,
	"row" integer,
	"verification_id" uuid,
	"error" jsonb,
	CONSTRAINT "batch_results_pkey" PRIMARY KEY("account_id","batch_id","row")
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"account_id" uuid,
	"id" uuid,
	"service_id" uuid NOT NULL,
	"mode" text NOT NULL,
	"status" text NOT NULL,
	"actor" jsonb NOT NULL,
	"idempotency_key" bytea,
	"fingerprint" bytea,
	"rows" integer NOT NULL,
	"started" integer NOT NULL,
	"refused" integer NOT NULL,
	"canceled" integer NOT NULL,
	"next_row" integer NOT NULL,
	"taken_until" integer NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"received_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	"worker" uuid,
	"lease_until" timestamp(3) with time zone,
	CONSTRAINT "batches_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "vault"."batch_chunks" (
	"account_id" uuid,
	"id" uuid,
	"batch_id" uuid NOT NULL,
	"first_row" integer NOT NULL,
	"end_row" integer NOT NULL,
	"subjects" bytea NOT NULL,
	"rows_sealed" bytea NOT NULL,
	CONSTRAINT "batch_chunks_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "batches_idempotency" ON "batches" ("account_id","idempotency_key") WHERE "idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "batches_open" ON "batches" ("id") WHERE "finished_at" is null;--> statement-breakpoint
CREATE INDEX "batch_chunks_batch" ON "vault"."batch_chunks" ("batch_id","end_row");