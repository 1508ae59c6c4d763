CREATE TABLE "audit_checkpoints" (
	"account_id" uuid,
	"id" uuid,
	"seq" bigint NOT NULL,
	"chain_hash" bytea NOT NULL,
	"made_at" timestamp(3) with time zone NOT NULL,
	"key_id" uuid NOT NULL,
	"signature" text NOT NULL,
	CONSTRAINT "audit_checkpoints_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_keys" (
	"account_id" uuid,
	"id" uuid,
	"private_key_sealed" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "audit_keys_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "audit_checkpoints_seq" ON "audit_checkpoints" ("account_id","seq");--> statement-breakpoint
CREATE TRIGGER "audit_checkpoints_only_added_to" BEFORE UPDATE OR DELETE ON "audit_checkpoints" FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_audit_log"();
--> statement-breakpoint
CREATE TRIGGER "audit_checkpoints_never_emptied" BEFORE TRUNCATE ON "audit_checkpoints" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit_log"();
