ALTER TABLE "attempts" ADD COLUMN "retry" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "is_late" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "failure_reason" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "failure_decision" json;--> statement-breakpoint
ALTER TABLE "receipt_inbox" ADD COLUMN "retry" text;