CREATE TABLE "data_keys" (
	"account_id" uuid,
	"id" text,
	"wrapped" bytea,
	"kek_id" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"active_from" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp(3) with time zone,
	"emptied_at" timestamp(3) with time zone,
	"destroyed_at" timestamp(3) with time zone,
	"changed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "data_keys_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE INDEX "data_keys_changed" ON "data_keys" ("changed_at");--> statement-breakpoint
CREATE INDEX "data_keys_active" ON "data_keys" ("active_from");