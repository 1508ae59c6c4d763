CREATE TABLE "person_totp" (
	"id" uuid PRIMARY KEY,
	"person_id" uuid NOT NULL UNIQUE,
	"secret_sealed" bytea NOT NULL,
	"backup_codes_sealed" bytea NOT NULL,
	"backup_codes_index" bytea NOT NULL,
	"verified" boolean NOT NULL,
	"failed_verification_count" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "person_sessions" ADD COLUMN "factors" text[] DEFAULT '{password}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "person_totp" ADD CONSTRAINT "person_totp_person_id_people_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE;