CREATE TABLE "audit_blocks" (
	"account_id" uuid,
	"first_seq" bigint,
	"previous_hash" bytea NOT NULL,
	"entry_ids" uuid[] NOT NULL,
	"hashes" bytea NOT NULL,
	"chain_hashes" bytea NOT NULL,
	"sealed_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "audit_blocks_pkey" PRIMARY KEY("account_id","first_seq")
);
--> statement-breakpoint
CREATE TRIGGER "audit_blocks_only_added_to" BEFORE UPDATE OR DELETE ON "audit_blocks" FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_audit_log"();
--> statement-breakpoint
CREATE TRIGGER "audit_blocks_never_emptied" BEFORE TRUNCATE ON "audit_blocks" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit_log"();
--> statement-breakpoint
CREATE TRIGGER "audit_unsealed_never_changed" BEFORE UPDATE ON "audit_unsealed" FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_audit_log"();
