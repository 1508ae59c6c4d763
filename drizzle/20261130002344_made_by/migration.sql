ALTER TABLE "api_keys" ADD COLUMN "created_by" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "created_by_person" uuid;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "holders" uuid[] DEFAULT '{}'::uuid[] NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "previous_holders" uuid[] DEFAULT '{}'::uuid[] NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_clients" ADD COLUMN "created_by" text;--> statement-breakpoint
ALTER TABLE "oauth_clients" ADD COLUMN "created_by_person" uuid;--> statement-breakpoint
ALTER TABLE "oauth_clients" ADD COLUMN "holders" uuid[] DEFAULT '{}'::uuid[] NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_clients" ADD COLUMN "previous_holders" uuid[] DEFAULT '{}'::uuid[] NOT NULL;