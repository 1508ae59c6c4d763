CREATE TABLE "number_lookup_configs" (
	"account_id" uuid PRIMARY KEY,
	"config" jsonb NOT NULL,
	"secrets_sealed" bytea NOT NULL,
	"rules_since" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "number_lookup_days" (
	"account_id" uuid,
	"day" date,
	"answered" integer NOT NULL,
	"failed" integer NOT NULL,
	"cost" double precision NOT NULL,
	CONSTRAINT "number_lookup_days_pkey" PRIMARY KEY("account_id","day")
);
--> statement-breakpoint
CREATE TABLE "number_lookups" (
	"account_id" uuid,
	"number" bytea,
	"operator" text,
	"line_type" text,
	"ported" boolean,
	"reachable" boolean,
	"rules_since" timestamp(3) with time zone NOT NULL,
	"looked_up_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "number_lookups_pkey" PRIMARY KEY("account_id","number")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "currency" char(3) DEFAULT 'EUR' NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "country" char(2);--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "operator" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "operator_confidence" real;--> statement-breakpoint
ALTER TABLE "routes" ADD COLUMN "operators" text[];--> statement-breakpoint
ALTER TABLE "routes" ADD COLUMN "prices" jsonb;--> statement-breakpoint
CREATE INDEX "number_lookups_expiry" ON "number_lookups" ("expires_at");--> statement-breakpoint
ALTER TABLE "number_lookup_configs" ADD CONSTRAINT "number_lookup_configs_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");