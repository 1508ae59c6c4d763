-- With it a token of minutes made members who last. Reading who is a member came with it, and stays; as with every
-- change of what a client may do, its tokens are over, and it asks for another one.
UPDATE "oauth_clients" SET
	"permissions" = CASE WHEN 'people:read' = ANY("permissions")
		THEN array_remove("permissions", 'people:write')
		ELSE array_replace("permissions", 'people:write', 'people:read') END,
	"generation" = "generation" + 1
WHERE 'people:write' = ANY("permissions");
