ALTER TABLE "routes" ADD COLUMN "sender_sealed" bytea;--> statement-breakpoint
ALTER TABLE "sender_registrations" ADD COLUMN "id" uuid DEFAULT gen_random_uuid();--> statement-breakpoint
ALTER TABLE "sender_registrations" ADD COLUMN "sender_sealed" bytea;--> statement-breakpoint
ALTER TABLE "sender_registrations" ADD COLUMN "sender_index" bytea;--> statement-breakpoint
ALTER TABLE "sender_registrations" ADD COLUMN "references_sealed" bytea;--> statement-breakpoint
ALTER TABLE "senders" ADD COLUMN "value_sealed" bytea;--> statement-breakpoint
ALTER TABLE "senders" ADD COLUMN "value_index" bytea;--> statement-breakpoint
ALTER TABLE "services" ADD COLUMN "settings_sealed" bytea;--> statement-breakpoint
ALTER TABLE "sender_registrations" DROP CONSTRAINT "sender_registrations_pkey";--> statement-breakpoint
ALTER TABLE "sender_registrations" ADD PRIMARY KEY ("account_id","id");--> statement-breakpoint
ALTER TABLE "services" ALTER COLUMN "settings" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "sender_registrations" ALTER COLUMN "sender" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "sender_registrations" ALTER COLUMN "references" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "senders" ALTER COLUMN "value" DROP NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "sender_registrations_one" ON "sender_registrations" ("account_id","country","sender_index","register");--> statement-breakpoint
CREATE UNIQUE INDEX "sender_registrations_one_in_the_clear" ON "sender_registrations" ("account_id","country","sender","register");