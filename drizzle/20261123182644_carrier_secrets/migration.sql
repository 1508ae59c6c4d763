ALTER TABLE "carriers" RENAME COLUMN "password_sealed" TO "secrets_sealed";--> statement-breakpoint
CREATE INDEX "carriers_id_index" ON "carriers" ("id");