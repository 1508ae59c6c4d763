ALTER TABLE "entities" ADD COLUMN "empty_since" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "entities_empty" ON "entities" ("account_id","empty_since") WHERE "empty_since" IS NOT NULL;--> statement-breakpoint
-- Since when is not known: their time begins now.
UPDATE "entities" e SET "empty_since" = now() WHERE NOT EXISTS (SELECT FROM "factors" f WHERE f."account_id" = e."account_id" AND f."entity_id" = e."id");
