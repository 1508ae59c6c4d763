ALTER TABLE "invitations" ADD COLUMN "invited_by" text;--> statement-breakpoint
-- Who made those that wait is in the audit log.
UPDATE "invitations" i SET "invited_by" = (
	SELECT a."actor_id" FROM "audit_entries" a
	WHERE a."account_id" = i."account_id" AND a."action" = 'invitation.create' AND a."targets" @> ARRAY[i."id"] AND a."outcome" = 'ok'
	LIMIT 1
);--> statement-breakpoint
-- And those of whoever is no member with that reach any more, of revoked keys and of OAuth clients are taken back, as they
-- would have been by what came after this.
DELETE FROM "invitations" i WHERE
	i."invited_by" LIKE 'cli\_%'
	OR (i."invited_by" LIKE 'key\_%' AND EXISTS (
		SELECT FROM "api_keys" k
		WHERE k."account_id" = i."account_id" AND 'key_' || replace(k."id"::text, '-', '') = i."invited_by" AND k."revoked_at" IS NOT NULL
	))
	OR (i."invited_by" LIKE 'per\_%' AND NOT EXISTS (
		SELECT FROM "members" m
		WHERE m."account_id" = i."account_id" AND 'per_' || replace(m."person_id"::text, '-', '') = i."invited_by"
			AND (m."role" = 'owner' OR (m."role" = 'admin' AND i."role" <> 'owner'))
	));
