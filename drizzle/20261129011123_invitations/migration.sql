CREATE TABLE "invitations" (
	"account_id" uuid,
	"id" uuid,
	"email_sealed" bytea NOT NULL,
	"email_index" bytea NOT NULL,
	"role" text NOT NULL,
	"token_hash" bytea NOT NULL UNIQUE,
	"by_mail" boolean NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "invitations_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_account_email" ON "invitations" ("account_id","email_index");--> statement-breakpoint
CREATE INDEX "invitations_expires" ON "invitations" ("expires_at");--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");