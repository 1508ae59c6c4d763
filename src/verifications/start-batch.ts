import type { Actor } from '../audit/actor.ts';
import type { NewAuditEntry } from '../audit/entry.ts';
import type { DoneAct } from '../audit/traffic.ts';
import type { Tx } from '../db/client.ts';
import { createJournal, type Journal } from '../events/journal.ts';
import type { RouteId, VerificationId } from '../ids.ts';
import type { MessageRow } from '../messages/table.ts';
import type { Service } from '../services/directory.ts';
import type { VaultedNumber } from '../vault/table.ts';
import {
  destinationName,
  lockDestinations,
  type DestinationKey,
  type DestinationState,
} from './destinations.ts';
import {
  claimName,
  readIdempotencyKeys,
  type IdempotencyClaim,
  type IdempotencyRecord,
} from './idempotency.ts';
import { createOptOutCheck, readOptOuts } from './opt-outs.ts';
import { lockVerifications } from './store.ts';
import type { VerificationRow } from './table.ts';

export interface NewStart {
  by: Actor;
  service: Service;
  /** What becomes the verification if none is pending for this number. */
  draft: VerificationRow;
  /** What the vault will have of the draft. */
  number: VaultedNumber;
  /** The number as it is answered. */
  e164: string;
  /** Only one more message of this one. */
  resendOf: VerificationId | undefined;
  /** The only route that its message may take. */
  pinnedTo: RouteId | undefined;
  idempotency: IdempotencyClaim | undefined;
}

/** What a batch knows and changes while it decides its starts one after the other. */
export interface Batch {
  now: number;
  destinations: Map<string, DestinationState>;
  /** The latest verification of each destination, by its id. */
  verifications: Map<string, VerificationRow>;
  answered: Map<string, IdempotencyRecord>;
  isOptedOut: (destination: DestinationKey) => boolean;
  touched: Set<DestinationState>;
  inserted: VerificationRow[];
  numbers: VaultedNumber[];
  changed: Set<VerificationRow>;
  messages: MessageRow[];
  newAnswers: IdempotencyRecord[];
  done: DoneAct[];
  /** Starts that try a route: each is an entry of its own, which names it. */
  tries: NewAuditEntry[];
  journal: Journal;
}

export function destinationKeyOf({ draft, number }: NewStart): DestinationKey {
  return { accountId: draft.accountId, serviceId: draft.serviceId, destination: number.subject };
}

/** Locks and reads what the starts are decided by. */
export async function readBatch(tx: Tx, starts: readonly NewStart[], now: number): Promise<Batch> {
  const destinations = new Map<string, DestinationState>();
  for (const start of starts) {
    const key = destinationKeyOf(start);
    const fresh = {
      ...key,
      exists: false,
      recentSends: [],
      failedChecks: 0,
      latestVerificationId: undefined,
    };
    destinations.set(destinationName(key), fresh);
  }
  const claims = starts.flatMap((start) => start.idempotency ?? []);
  const keys = [...destinations.values()];
  const [locked, optOuts, answered] = await Promise.all([
    lockDestinations(tx, keys),
    readOptOuts(tx, keys),
    readIdempotencyKeys(tx, claims),
  ]);
  for (const state of locked) destinations.set(destinationName(state), state);
  const latest = locked.flatMap((d) =>
    d.latestVerificationId ? [{ accountId: d.accountId, id: d.latestVerificationId }] : [],
  );
  const verifications = latest.length > 0 ? await lockVerifications(tx, latest) : [];
  return {
    now,
    destinations,
    verifications: new Map(verifications.map((v) => [v.id, v])),
    answered: new Map(answered.map((record) => [claimName(record), record])),
    isOptedOut: createOptOutCheck(optOuts),
    touched: new Set(),
    inserted: [],
    numbers: [],
    changed: new Set(),
    messages: [],
    newAnswers: [],
    done: [],
    tries: [],
    journal: createJournal(now),
  };
}
