ALTER TABLE "api_keys" ADD COLUMN "mode" text DEFAULT 'live' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "mode" text DEFAULT 'live' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "sandbox_due_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "verifications" ADD COLUMN "mode" text DEFAULT 'live' NOT NULL;--> statement-breakpoint
CREATE INDEX "messages_sandbox_due" ON "messages" ("sandbox_due_at") WHERE "sandbox_due_at" is not null;--> statement-breakpoint
CREATE INDEX "verifications_tests" ON "verifications" ("account_id","id") WHERE "mode" = 'test';