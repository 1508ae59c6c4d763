CREATE TABLE "vault"."erasures" (
	"account_id" uuid,
	"id" uuid,
	"erased_at" timestamp(3) with time zone NOT NULL,
	"marks" bytea,
	"counts" jsonb NOT NULL,
	CONSTRAINT "erasures_pkey" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE INDEX "inbound_messages_sender" ON "inbound_messages" ("sender");--> statement-breakpoint
CREATE INDEX "erasures_age" ON "vault"."erasures" ("erased_at");