ALTER TABLE "entities" ADD COLUMN "subjects" bytea[];--> statement-breakpoint
ALTER TABLE "factors" ADD COLUMN "subjects" bytea[];--> statement-breakpoint
CREATE INDEX "entities_subjects" ON "entities" USING gin ("subjects");--> statement-breakpoint
CREATE INDEX "entities_unread" ON "entities" ("account_id") WHERE "subjects" IS NULL;--> statement-breakpoint
CREATE INDEX "factors_subjects" ON "factors" USING gin ("subjects");--> statement-breakpoint
CREATE INDEX "factors_unread" ON "factors" ("account_id") WHERE "subjects" IS NULL;