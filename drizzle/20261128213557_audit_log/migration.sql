CREATE TABLE "audit_entries" (
	"account_id" uuid,
	"id" uuid,
	"occurred_at" timestamp(3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"actor_session" text,
	"address" text,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"count" integer NOT NULL,
	"targets" uuid[] NOT NULL,
	"details" jsonb,
	CONSTRAINT "audit_entries_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_unsealed" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_unsealed_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" uuid NOT NULL,
	"entry_ids" uuid[] NOT NULL,
	"hashes" bytea NOT NULL
);
--> statement-breakpoint
CREATE INDEX "audit_entries_actor" ON "audit_entries" ("account_id","actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_action" ON "audit_entries" ("account_id","action","id") WHERE "kind" <> 'traffic';--> statement-breakpoint
CREATE INDEX "audit_entries_targets" ON "audit_entries" USING gin ("targets") WHERE "kind" <> 'traffic';--> statement-breakpoint
CREATE FUNCTION "refuse_change_of_audit_log"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit log is only added to: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER "audit_entries_only_added_to" BEFORE UPDATE OR DELETE ON "audit_entries" FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_audit_log"();
--> statement-breakpoint
CREATE TRIGGER "audit_entries_never_emptied" BEFORE TRUNCATE ON "audit_entries" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit_log"();
