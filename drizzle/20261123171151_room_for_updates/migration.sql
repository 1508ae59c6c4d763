-- Rows here are updated a few times soon after their insert. Room left in each page lets an update
-- that changes no indexed column stay in it (HOT): no new index entries, and no vacuum to undo them.
ALTER TABLE "destinations" SET (fillfactor = 85);--> statement-breakpoint
ALTER TABLE "verifications" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "messages" SET (fillfactor = 60);--> statement-breakpoint
ALTER TABLE "attempts" SET (fillfactor = 70);
