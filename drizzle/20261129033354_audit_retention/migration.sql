CREATE TABLE "audit_cuts" (
	"account_id" uuid,
	"days" smallint,
	"until" timestamp(3) with time zone,
	"key_id" uuid NOT NULL,
	"signature" text NOT NULL,
	CONSTRAINT "audit_cuts_pkey" PRIMARY KEY("account_id","days","until")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "audit_days" smallint DEFAULT 1095 NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "days" smallint DEFAULT 1095 NOT NULL;
--> statement-breakpoint
CREATE TRIGGER "audit_cuts_only_added_to" BEFORE UPDATE OR DELETE ON "audit_cuts" FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_audit_log"();
--> statement-breakpoint
CREATE TRIGGER "audit_cuts_never_emptied" BEFORE TRUNCATE ON "audit_cuts" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit_log"();
--> statement-breakpoint
-- As messages before: what there is becomes the first partition of its class as it stands, with its indexes; it is read
-- once, to see that it fits. The triggers that refuse changes are of the new table, and so of all its partitions.
DO $$
DECLARE
	class integer;
	length CONSTANT bigint := 90 * 86400000::bigint;
	newest bigint;
	until bigint;
	indexes text[] := '{}';
	index record;
	definition text;
BEGIN
	FOR index IN SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition FROM pg_index i
		JOIN pg_class c ON c.oid = i.indexrelid
		WHERE i.indrelid = 'public.audit_entries'::regclass AND NOT i.indisprimary
	LOOP
		indexes := indexes || index.definition;
		EXECUTE format('ALTER INDEX public.%1$I RENAME TO %2$I', index.name, index.name || '_before');
	END LOOP;
	DROP TRIGGER audit_entries_only_added_to ON public.audit_entries;
	ALTER TABLE public.audit_entries RENAME TO audit_entries_before;
	ALTER TABLE public.audit_entries_before RENAME CONSTRAINT audit_entries_pkey TO audit_entries_before_pkey;
	CREATE TABLE public.audit_entries (LIKE public.audit_entries_before INCLUDING DEFAULTS) PARTITION BY LIST (days);
	FOREACH definition IN ARRAY indexes LOOP
		EXECUTE definition;
	END LOOP;
	CREATE TRIGGER audit_entries_only_added_to BEFORE UPDATE OR DELETE ON public.audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
	CREATE TRIGGER audit_entries_never_emptied BEFORE TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
	FOREACH class IN ARRAY ARRAY[365, 1095, 3650] LOOP
		EXECUTE format('CREATE TABLE public.audit_entries_d%1$s PARTITION OF public.audit_entries FOR VALUES IN (%1$s) PARTITION BY RANGE (id)', class);
	END LOOP;
	CREATE TABLE public.audit_entries_d1095_rest PARTITION OF public.audit_entries_d1095 (PRIMARY KEY (account_id, id)) DEFAULT;
	CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.audit_entries_d1095_rest EXECUTE FUNCTION refuse_change_of_audit_log();
	SELECT ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint FROM public.audit_entries_before ORDER BY id DESC LIMIT 1 INTO newest;
	until := (greatest((extract(epoch FROM now()) * 1000)::bigint, coalesce(newest, 0)) / length + 1) * length;
	EXECUTE format('ALTER TABLE public.audit_entries_d1095 ATTACH PARTITION public.audit_entries_before FOR VALUES FROM (MINVALUE) TO (%L)',
		(lpad(to_hex(until), 12, '0') || repeat('0', 20))::uuid);
END $$;
