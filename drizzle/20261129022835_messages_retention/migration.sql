ALTER TABLE "accounts" ADD COLUMN "messages_days" smallint DEFAULT 365 NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "days" smallint DEFAULT 365 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "days" smallint DEFAULT 365 NOT NULL;--> statement-breakpoint
-- Events show their messages.
UPDATE "accounts" SET "messages_days" = "events_days" WHERE "events_days" > "messages_days";--> statement-breakpoint
-- As events before: what there is becomes the first partition of its class as it stands, with its indexes; it is read
-- once, to see that it fits. The indexes of the new tables are those of the old ones.
DO $$
DECLARE
	kept record;
	class integer;
	length CONSTANT bigint := 30 * 86400000::bigint;
	newest bigint;
	until bigint;
	indexes text[];
	index record;
	definition text;
BEGIN
	FOR kept IN SELECT * FROM (VALUES ('messages', 60), ('attempts', 70)) AS k (name, fillfactor)
	LOOP
		indexes := '{}';
		FOR index IN SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition FROM pg_index i
			JOIN pg_class c ON c.oid = i.indexrelid
			WHERE i.indrelid = format('public.%I', kept.name)::regclass AND NOT i.indisprimary
		LOOP
			indexes := indexes || index.definition;
			EXECUTE format('ALTER INDEX public.%1$I RENAME TO %2$I', index.name, index.name || '_before');
		END LOOP;
		EXECUTE format('ALTER TABLE public.%1$I RENAME TO %1$s_before', kept.name);
		EXECUTE format('ALTER TABLE public.%1$s_before RENAME CONSTRAINT %1$s_pkey TO %1$s_before_pkey', kept.name);
		EXECUTE format('CREATE TABLE public.%1$I (LIKE public.%1$s_before INCLUDING DEFAULTS) PARTITION BY LIST (days)', kept.name);
		FOREACH definition IN ARRAY indexes LOOP
			EXECUTE definition;
		END LOOP;
		FOREACH class IN ARRAY ARRAY[1, 7, 30, 90, 365, 1095] LOOP
			EXECUTE format('CREATE TABLE public.%1$s_d%2$s PARTITION OF public.%1$I FOR VALUES IN (%2$s) PARTITION BY RANGE (verification_id)',
				kept.name, class);
		END LOOP;
		EXECUTE format('CREATE TABLE public.%1$s_d365_rest PARTITION OF public.%1$s_d365 (PRIMARY KEY (account_id, id)) DEFAULT WITH (fillfactor = %2$s)',
			kept.name, kept.fillfactor);
		-- Indexed on messages; of attempts it is one more read of the table.
		EXECUTE format('SELECT (''x'' || left(replace(verification_id::text, ''-'', ''''), 12))::bit(48)::bigint FROM public.%1$s_before ORDER BY verification_id DESC LIMIT 1',
			kept.name) INTO newest;
		until := (greatest((extract(epoch FROM now()) * 1000)::bigint, coalesce(newest, 0)) / length + 1) * length;
		EXECUTE format('ALTER TABLE public.%1$s_d365 ATTACH PARTITION public.%1$s_before FOR VALUES FROM (MINVALUE) TO (%2$L)',
			kept.name, (lpad(to_hex(until), 12, '0') || repeat('0', 20))::uuid);
	END LOOP;
END $$;
