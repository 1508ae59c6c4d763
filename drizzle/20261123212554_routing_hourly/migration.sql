CREATE TABLE "routing_hourly" (
	"account_id" uuid,
	"hour" timestamp(3) with time zone,
	"country" char(2),
	"operator" text,
	"route_id" uuid,
	"attempts" integer NOT NULL,
	"accepted" integer NOT NULL,
	"rejected" integer NOT NULL,
	"throttled" integer NOT NULL,
	"delivered" integer NOT NULL,
	"undelivered" integer NOT NULL,
	"converted" integer NOT NULL,
	"abandoned" integer NOT NULL,
	"waiting" integer NOT NULL,
	"cost" double precision NOT NULL,
	"receipt_buckets" smallint[] NOT NULL,
	"receipt_counts" integer[] NOT NULL,
	"submit_buckets" smallint[] NOT NULL,
	"submit_counts" integer[] NOT NULL,
	CONSTRAINT "routing_hourly_pkey" PRIMARY KEY("account_id","hour","country","operator","route_id")
);
--> statement-breakpoint
CREATE TABLE "routing_rollups" (
	"account_id" uuid PRIMARY KEY,
	"rolled_until" timestamp(3) with time zone NOT NULL,
	"final_until" timestamp(3) with time zone NOT NULL,
	"seen_until" xid8 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "price" double precision;