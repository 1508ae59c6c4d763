CREATE TABLE "challenges" (
	"account_id" uuid,
	"id" uuid,
	"entity_id" uuid NOT NULL,
	"factor_id" uuid NOT NULL,
	"status" text NOT NULL,
	"checks_used" smallint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"approved_at" timestamp(3) with time zone,
	CONSTRAINT "challenges_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "entities" (
	"account_id" uuid,
	"id" uuid,
	"service_id" uuid NOT NULL,
	"mode" text NOT NULL,
	"identity_index" bytea NOT NULL,
	"identity_sealed" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "entities_pkey" PRIMARY KEY("account_id","id"),
	CONSTRAINT "entities_identity" UNIQUE("account_id","service_id","identity_index")
);
--> statement-breakpoint
CREATE TABLE "factors" (
	"account_id" uuid,
	"id" uuid,
	"entity_id" uuid NOT NULL,
	"name_sealed" bytea NOT NULL,
	"secret_sealed" bytea NOT NULL,
	"status" text NOT NULL,
	"algorithm" text NOT NULL,
	"code_length" smallint NOT NULL,
	"step_seconds" smallint NOT NULL,
	"skew" smallint NOT NULL,
	"last_step" bigint,
	"failed_checks" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "factors_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "limit_buckets" (
	"account_id" uuid,
	"id" uuid,
	"limit_id" uuid NOT NULL,
	"max" integer NOT NULL,
	"interval_seconds" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "limit_buckets_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "limits" (
	"account_id" uuid,
	"id" uuid,
	"service_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "limits_pkey" PRIMARY KEY("account_id","id"),
	CONSTRAINT "limits_name" UNIQUE("account_id","service_id","name")
);
--> statement-breakpoint
CREATE TABLE "safe_numbers" (
	"account_id" uuid,
	"id" uuid,
	"destination" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "safe_numbers_pkey" PRIMARY KEY("account_id","id"),
	CONSTRAINT "safe_numbers_one" UNIQUE("account_id","destination")
);
--> statement-breakpoint
CREATE INDEX "challenges_factor" ON "challenges" ("account_id","factor_id","id");--> statement-breakpoint
CREATE INDEX "challenges_entity" ON "challenges" ("account_id","entity_id","id");--> statement-breakpoint
CREATE INDEX "factors_entity" ON "factors" ("account_id","entity_id");--> statement-breakpoint
CREATE INDEX "limit_buckets_limit" ON "limit_buckets" ("account_id","limit_id");--> statement-breakpoint
ALTER TABLE "challenges" ADD CONSTRAINT "challenges_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "entities" ADD CONSTRAINT "entities_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "factors" ADD CONSTRAINT "factors_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "limit_buckets" ADD CONSTRAINT "limit_buckets_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");--> statement-breakpoint
ALTER TABLE "limits" ADD CONSTRAINT "limits_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");