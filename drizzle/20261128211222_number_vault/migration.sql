CREATE SCHEMA "vault";
--> statement-breakpoint
CREATE TABLE "vault"."numbers" (
	"account_id" uuid,
	"verification_id" uuid,
	"subject" bytea NOT NULL,
	"number_sealed" bytea NOT NULL
);
--> statement-breakpoint
INSERT INTO "vault"."numbers" ("account_id", "verification_id", "subject", "number_sealed")
	SELECT "account_id", "id", "destination", "to_sealed" FROM "verifications" ORDER BY "account_id", "id";--> statement-breakpoint
ALTER TABLE "vault"."numbers" ADD CONSTRAINT "numbers_pkey" PRIMARY KEY("account_id","verification_id");--> statement-breakpoint
CREATE INDEX "numbers_subject" ON "vault"."numbers" ("subject","verification_id");--> statement-breakpoint
DROP INDEX "verifications_destination";--> statement-breakpoint
ALTER TABLE "verifications" DROP COLUMN "destination";--> statement-breakpoint
ALTER TABLE "verifications" DROP COLUMN "to_sealed";--> statement-breakpoint
-- A dropped column stays in the rows that have it. These are written anew, so that nothing of it is left.
CLUSTER "verifications" USING "verifications_pkey";
