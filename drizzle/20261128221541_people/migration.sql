CREATE TABLE "members" (
	"account_id" uuid,
	"id" uuid,
	"person_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "members_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY,
	"email_sealed" bytea NOT NULL,
	"email_index" bytea NOT NULL UNIQUE,
	"name_sealed" bytea NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"two_factor_enabled" boolean DEFAULT false NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_challenges" (
	"id" uuid PRIMARY KEY,
	"identifier" text NOT NULL,
	"value_sealed" bytea NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_passwords" (
	"id" uuid PRIMARY KEY,
	"person_id" uuid NOT NULL,
	"provider_id" text NOT NULL,
	"provider_account" text NOT NULL,
	"password" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_sessions" (
	"id" uuid PRIMARY KEY,
	"person_id" uuid NOT NULL,
	"token_hash" bytea NOT NULL UNIQUE,
	"current_account_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_failures" (
	"counted" bytea PRIMARY KEY,
	"failures" integer NOT NULL,
	"since" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "members_account_person" ON "members" ("account_id","person_id");--> statement-breakpoint
CREATE INDEX "members_person" ON "members" ("person_id");--> statement-breakpoint
CREATE INDEX "person_challenges_identifier_index" ON "person_challenges" ("identifier");--> statement-breakpoint
CREATE INDEX "person_challenges_expires_at_index" ON "person_challenges" ("expires_at");--> statement-breakpoint
CREATE INDEX "person_passwords_person_id_index" ON "person_passwords" ("person_id");--> statement-breakpoint
CREATE INDEX "person_sessions_person_id_index" ON "person_sessions" ("person_id");--> statement-breakpoint
CREATE INDEX "person_sessions_expires_at_index" ON "person_sessions" ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_failures_since_index" ON "sign_in_failures" ("since");--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_person_id_people_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "person_passwords" ADD CONSTRAINT "person_passwords_person_id_people_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "person_sessions" ADD CONSTRAINT "person_sessions_person_id_people_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people"("id") ON DELETE CASCADE;