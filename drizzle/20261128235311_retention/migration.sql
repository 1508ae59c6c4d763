ALTER TABLE "accounts" ADD COLUMN "phones_days" smallint DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "events_days" smallint DEFAULT 90 NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "days" smallint DEFAULT 90 NOT NULL;--> statement-breakpoint
ALTER TABLE "vault"."numbers" ADD COLUMN "days" smallint DEFAULT 30 NOT NULL;--> statement-breakpoint
-- Tables whose rows go by whole partitions: a list by how many days they are kept, in each a range by the time in the
-- key. What there is becomes the first partition of its class as it stands, indexes and all; it is read once, to see
-- that it fits. Keys are unique in each partition: a key's time puts it into one only.
DO $$
DECLARE
	kept record;
	class integer;
	length bigint;
	newest bigint;
	until bigint;
BEGIN
	FOR kept IN SELECT * FROM (VALUES
		('vault', 'numbers', 'verification_id', 'account_id, verification_id', 'numbers_subject', 'subject, verification_id', 30, 3),
		('public', 'events', 'verification_id', 'account_id, verification_id, version', 'events_account_order',
			'account_id, transaction, verification_id, version', 90, 10)
	) AS k (schema, name, key, keys, index, indexed, class, days)
	LOOP
		EXECUTE format('ALTER TABLE %1$I.%2$I RENAME TO %2$s_before', kept.schema, kept.name);
		EXECUTE format('ALTER TABLE %1$I.%2$s_before RENAME CONSTRAINT %2$s_pkey TO %2$s_before_pkey', kept.schema, kept.name);
		EXECUTE format('ALTER INDEX %1$I.%2$I RENAME TO %2$s_before', kept.schema, kept.index);
		EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.%2$s_before INCLUDING DEFAULTS) PARTITION BY LIST (days)', kept.schema, kept.name);
		EXECUTE format('CREATE INDEX %3$I ON %1$I.%2$I (%4$s)', kept.schema, kept.name, kept.index, kept.indexed);
		FOREACH class IN ARRAY ARRAY[1, 7, 30, 90, 365, 1095] LOOP
			EXECUTE format('CREATE TABLE %1$I.%2$s_d%3$s PARTITION OF %1$I.%2$I FOR VALUES IN (%3$s) PARTITION BY RANGE (%4$I)',
				kept.schema, kept.name, class, kept.key);
		END LOOP;
		EXECUTE format('CREATE TABLE %1$I.%2$s_d%3$s_rest PARTITION OF %1$I.%2$s_d%3$s (PRIMARY KEY (%4$s)) DEFAULT',
			kept.schema, kept.name, kept.class, kept.keys);
		EXECUTE format('SELECT (''x'' || left(replace(%3$I::text, ''-'', ''''), 12))::bit(48)::bigint FROM %1$I.%2$s_before ORDER BY %3$I DESC LIMIT 1',
			kept.schema, kept.name, kept.key) INTO newest;
		length := kept.days * 86400000::bigint;
		until := (greatest((extract(epoch FROM now()) * 1000)::bigint, coalesce(newest, 0)) / length + 1) * length;
		EXECUTE format('ALTER TABLE %1$I.%2$s_d%3$s ATTACH PARTITION %1$I.%2$s_before FOR VALUES FROM (MINVALUE) TO (%4$L)',
			kept.schema, kept.name, kept.class, (lpad(to_hex(until), 12, '0') || repeat('0', 20))::uuid);
	END LOOP;
END $$;
