import { and, arrayContains, desc, eq, gte, inArray, lt, ne, or, type SQL } from 'drizzle-orm';
import { idFromUuid, parseAnyId, uuidOf, type AccountId, type AuditEntryId, type Id } from '../ids.ts';
import type { App } from '../platform.ts';
import { aboutAction, type AuditAction } from './actions.ts';
import type { AuditEntry } from './entry.ts';
import { auditEntries, type AuditEntryRow } from './table.ts';

/** All of what is given must match. */
export interface AuditMatch {
  /** Prefixed. */
  actor?: string | null | undefined;
  actions?: readonly AuditAction[] | null | undefined;
  /** Prefixed. */
  target?: string | null | undefined;
  from?: Date | null | undefined;
  /** Exclusive. */
  to?: Date | null | undefined;
}

/** For how long a verification can be started again, checked or canceled: longer than any code is valid. */
const TRAFFIC_MS = 25 * 3_600_000;

/** A page of an account's log, newest first. */
export async function pageAuditLog(
  app: App,
  accountId: AccountId,
  match: AuditMatch,
  { after, limit }: { after: AuditEntryId | undefined; limit: number },
): Promise<AuditEntryRow[]> {
  return app.db
    .select()
    .from(auditEntries)
    .where(and(matchEntries(accountId, match), after && lt(auditEntries.id, after)))
    .orderBy(desc(auditEntries.id))
    .limit(limit);
}

export function matchEntries(accountId: AccountId, match: AuditMatch): SQL | undefined {
  const { actor, actions, target, from, to } = match;
  return and(
    eq(auditEntries.accountId, accountId),
    actor == null ? undefined : matchActor(actor),
    actions == null ? undefined : matchActions(actions),
    target == null ? undefined : matchTarget(target),
    from == null ? undefined : gte(auditEntries.id, firstIdAt(from.getTime())),
    to == null ? undefined : lt(auditEntries.id, firstIdAt(to.getTime())),
  );
}

/** What is no id is nobody's, whatever it is: some texts PostgreSQL does not even take. */
function matchActor(actor: string): SQL {
  return parseAnyId(actor) ? eq(auditEntries.actorId, actor) : eq(auditEntries.id, NONE);
}

function matchActions(actions: readonly AuditAction[]): SQL | undefined {
  const named = inArray(auditEntries.action, [...actions]);
  const isTraffic = actions.some((action) => aboutAction(action).kind === 'traffic');
  // Said, so that the index of all that is no traffic serves.
  return isTraffic ? named : and(named, ne(auditEntries.kind, 'traffic'));
}

/** No index finds a verification among those of a batch; when it could be acted upon, its id tells. */
function matchTarget(target: string): SQL | undefined {
  const id = parseAnyId(target);
  if (!id) return eq(auditEntries.id, NONE);
  const has = arrayContains(auditEntries.targets, [uuidOf(id)]);
  const rare = and(ne(auditEntries.kind, 'traffic'), has);
  if (!id.startsWith('vrf_')) return rare;
  const startedAt = Number.parseInt(uuidOf(id).slice(0, 12), 16);
  return or(
    rare,
    and(
      has,
      gte(auditEntries.id, firstIdAt(startedAt)),
      lt(auditEntries.id, firstIdAt(startedAt + TRAFFIC_MS)),
    ),
  );
}

const NONE: AuditEntryId = `aud_${'0'.repeat(32)}`;

/** Sorts before every id of this millisecond and later. */
function firstIdAt(ms: number): AuditEntryId {
  const most = 2 ** 48 - 1;
  return `aud_${Math.min(most, Math.max(0, ms)).toString(16).padStart(12, '0')}${'0'.repeat(20)}`;
}

export function entryOfRow(row: AuditEntryRow): AuditEntry {
  const { actorKind, actorId, actorSession, address } = row;
  const prefix = aboutAction(row.action).target;
  return {
    accountId: row.accountId,
    id: row.id,
    occurredAt: row.occurredAt,
    kind: row.kind,
    actor: { kind: actorKind, id: actorId, session: actorSession, address },
    action: row.action,
    outcome: row.outcome,
    count: row.count,
    targets: row.targets.map((uuid): Id<string> => idFromUuid(prefix, uuid)),
    details: row.details,
    ...(row.mode !== null && { mode: row.mode }),
  };
}
