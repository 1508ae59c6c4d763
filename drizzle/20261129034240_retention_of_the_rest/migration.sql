ALTER TABLE "routing_alarms" DROP CONSTRAINT "routing_alarms_account_id_accounts_id_fkey";--> statement-breakpoint
ALTER TABLE "abuse_alarms" DROP CONSTRAINT "abuse_alarms_account_id_accounts_id_fkey";--> statement-breakpoint
DROP INDEX "inbound_messages_age";--> statement-breakpoint
ALTER TABLE "abuse_alarms" ADD COLUMN "days" smallint DEFAULT 365 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "inbound_days" smallint DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "deliveries_days" smallint DEFAULT 90 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "analytics_days" smallint DEFAULT 1095 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "alarms_days" smallint DEFAULT 365 NOT NULL;--> statement-breakpoint
ALTER TABLE "routing_hourly" ADD COLUMN "days" smallint DEFAULT 1095 NOT NULL;--> statement-breakpoint
ALTER TABLE "inbound_messages" ADD COLUMN "days" smallint DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "routing_alarms" ADD COLUMN "days" smallint DEFAULT 365 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD COLUMN "days" smallint DEFAULT 90 NOT NULL;
--> statement-breakpoint
-- As messages and the audit log before: what there is becomes the first partition of its class as it stands, with its
-- indexes; it is read once, to see that it fits.
DO $$
DECLARE
	kept record;
	class integer;
	length bigint;
	newest bigint;
	until bigint;
	indexes text[];
	index record;
	definition text;
	moment text;
	bound text;
BEGIN
	FOR kept IN SELECT * FROM (VALUES
		('inbound_messages', 'id', false, 'account_id, id', 30, 3, ARRAY[1, 7, 30, 90, 365, 1095]),
		('webhook_deliveries', 'id', false, 'account_id, id', 90, 10, ARRAY[7, 30, 90, 365, 1095]),
		('routing_hourly', 'hour', true, 'account_id, hour, country, operator, route_id', 1095, 90, ARRAY[90, 365, 1095, 3650]),
		('routing_alarms', 'raised_at', true, 'account_id, name, raised_at', 365, 30, ARRAY[30, 90, 365, 1095, 3650]),
		('abuse_alarms', 'raised_at', true, 'account_id, raised_at, kind, address', 365, 30, ARRAY[30, 90, 365, 1095, 3650])
	) AS k (name, key, is_time, keys, class, days, classes)
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
		FOREACH class IN ARRAY kept.classes LOOP
			EXECUTE format('CREATE TABLE public.%1$s_d%2$s PARTITION OF public.%1$I FOR VALUES IN (%2$s) PARTITION BY RANGE (%3$I)',
				kept.name, class, kept.key);
		END LOOP;
		EXECUTE format('CREATE TABLE public.%1$s_d%2$s_rest PARTITION OF public.%1$s_d%2$s (PRIMARY KEY (%3$s)) DEFAULT',
			kept.name, kept.class, kept.keys);
		moment := CASE WHEN kept.is_time THEN format('(extract(epoch FROM %I) * 1000)::bigint', kept.key)
			ELSE format('(''x'' || left(replace(%I::text, ''-'', ''''), 12))::bit(48)::bigint', kept.key) END;
		EXECUTE format('SELECT %1$s FROM public.%2$s_before ORDER BY %3$I DESC LIMIT 1', moment, kept.name, kept.key) INTO newest;
		length := kept.days * 86400000::bigint;
		until := (greatest((extract(epoch FROM now()) * 1000)::bigint, coalesce(newest, 0)) / length + 1) * length;
		bound := CASE WHEN kept.is_time THEN to_timestamp(until / 1000)::text ELSE (lpad(to_hex(until), 12, '0') || repeat('0', 20))::uuid::text END;
		EXECUTE format('ALTER TABLE public.%1$s_d%2$s ATTACH PARTITION public.%1$s_before FOR VALUES FROM (MINVALUE) TO (%3$L)',
			kept.name, kept.class, bound);
	END LOOP;
END $$;
