ALTER TABLE "accounts" ADD COLUMN "residency" text;--> statement-breakpoint
ALTER TABLE "carriers" ADD COLUMN "region" text;