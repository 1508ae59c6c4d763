CREATE TABLE "key_rotations" (
	"id" uuid PRIMARY KEY,
	"started_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"position" jsonb,
	"done" bigint DEFAULT 0 NOT NULL,
	"finished_at" timestamp(3) with time zone
);
