CREATE TABLE "attempt_parts" (
	"account_id" uuid,
	"attempt_id" uuid,
	"part" smallint,
	"carrier_id" uuid NOT NULL,
	"carrier_message_id" text NOT NULL,
	"message_id" uuid NOT NULL,
	"verification_id" uuid NOT NULL,
	CONSTRAINT "attempt_parts_pkey" PRIMARY KEY("account_id","attempt_id","part")
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "parts" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "parts_due_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "attempt_parts_carrier_message" ON "attempt_parts" ("carrier_id","carrier_message_id","attempt_id");--> statement-breakpoint
CREATE INDEX "attempts_parts_due" ON "attempts" ("parts_due_at") WHERE "parts_due_at" is not null;--> statement-breakpoint
CREATE INDEX "attempts_parts_proof" ON "attempts" ("carrier_id") WHERE "parts" ~ ':.*[du].*[du]';