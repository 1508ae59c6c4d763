ALTER TABLE "inbound_arrivals" SET SCHEMA "vault";
--> statement-breakpoint
ALTER TABLE "inbound_messages" SET SCHEMA "vault";
--> statement-breakpoint
ALTER TABLE "number_lookups" SET SCHEMA "vault";
--> statement-breakpoint
-- Partitions do not follow their table, and they are where the rows are. Nothing is copied.
DO $$
DECLARE
	part regclass;
BEGIN
	FOR part IN SELECT relid FROM pg_partition_tree('vault.inbound_messages') WHERE relid <> 'vault.inbound_messages'::regclass
	LOOP
		EXECUTE format('ALTER TABLE %s SET SCHEMA vault', part);
	END LOOP;
END $$;
