CREATE TABLE "oauth_assertions" (
	"account_id" uuid,
	"client_id" uuid,
	"hash" bytea,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "oauth_assertions_pkey" PRIMARY KEY("account_id","client_id","hash")
);
--> statement-breakpoint
CREATE TABLE "oauth_clients" (
	"account_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"secret_hash" bytea,
	"hint" text,
	"previous_secret_hash" bytea,
	"previous_ends_at" timestamp(3) with time zone,
	"public_keys" jsonb,
	"permissions" text[] NOT NULL,
	"networks" text[],
	"expires_at" timestamp(3) with time zone,
	"token_seconds" integer NOT NULL,
	"generation" integer DEFAULT 0 NOT NULL,
	"last_used_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "oauth_clients_pkey" PRIMARY KEY("account_id","id"),
	CONSTRAINT "oauth_clients_one_proof" CHECK (("secret_hash" IS NULL) <> ("public_keys" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "oauth_revoked_tokens" (
	"account_id" uuid,
	"client_id" uuid,
	"id" uuid,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "oauth_revoked_tokens_pkey" PRIMARY KEY("account_id","client_id","id")
);
--> statement-breakpoint
CREATE TABLE "oauth_signing_keys" (
	"account_id" uuid,
	"id" uuid,
	"public_key" jsonb NOT NULL,
	"private_key_sealed" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"signs_from" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "oauth_signing_keys_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE INDEX "oauth_assertions_expires" ON "oauth_assertions" ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "oauth_clients_id" ON "oauth_clients" ("id");--> statement-breakpoint
CREATE INDEX "oauth_revoked_tokens_expires" ON "oauth_revoked_tokens" ("expires_at");--> statement-breakpoint
ALTER TABLE "oauth_assertions" ADD CONSTRAINT "oauth_assertions_client" FOREIGN KEY ("account_id","client_id") REFERENCES "oauth_clients"("account_id","id");--> statement-breakpoint
ALTER TABLE "oauth_clients" ADD CONSTRAINT "oauth_clients_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "oauth_revoked_tokens" ADD CONSTRAINT "oauth_revoked_tokens_client" FOREIGN KEY ("account_id","client_id") REFERENCES "oauth_clients"("account_id","id");