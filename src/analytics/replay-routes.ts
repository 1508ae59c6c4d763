import type { Principal } from '../accounts/principal.ts';
import { InvalidInput } from '../errors.ts';
import type { RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { decodeDecision } from '../routing/decision.ts';
import type { Candidate, PolicyOptions } from '../routing/policy.ts';
import { listRoutes } from '../routing/queries.ts';
import { createReplay, Z95 } from '../routing/replay.ts';
import { createTrackRecord } from '../routing/track-record.ts';
import { findService } from '../services/directory.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { readPastAttempts, type WitnessedAttempt } from './past-attempts.ts';
import { createReplayTurns } from './replay-turns.ts';
import { readWindow } from './window.ts';

export interface ReplayQuestion {
  from: Date;
  to: Date;
  strategy: PolicyOptions['strategy'];
  /** In the currency of prices; absent: that of the default service. */
  valueOfConversion?: number | undefined;
  /** Attempts at most, from the beginning of the window. */
  limit: number;
}

export interface RouteReplay {
  valueOfConversion: number;
  attempts: number;
  judged: number;
  matchedShare: number;
  unrouted: number;
  /** The window had more attempts than were asked for: those until then were taken. */
  until: Date | undefined;
  actual: Outcome;
  replayed: Outcome & { standardError: number; low: number; high: number };
  routes: { routeId: RouteId; actualShare: number; replayedShare: number }[];
}

export interface Outcome {
  conversions: number;
  cost: number;
  /** Value × conversions − cost. */
  utility: number;
}

export const MAX_REPLAYED = 100_000;

/** @throws {ReplayBusy | InvalidInput | ServiceNotFound} */
export function replayInTurn(app: App, who: Principal, question: ReplayQuestion): Promise<RouteReplay> {
  return app.single(createReplayTurns).take(who.accountId, () => replayRoutes(app, who, question));
}

/**
 * What another policy would have made of an account's past traffic. Reads it twice, a chunk at a time: once for
 * the routes' record, once to decide again.
 * @throws {InvalidInput | ServiceNotFound}
 */
async function replayRoutes(app: App, who: Principal, question: ReplayQuestion): Promise<RouteReplay> {
  const { strategy, limit } = question;
  const span = readWindow(question.from, question.to);
  if (limit < 1 || limit > MAX_REPLAYED)
    throw new InvalidInput('limit', `A replay takes 1 to ${MAX_REPLAYED} attempts.`);
  const service = await findService(app, who.accountId, undefined);
  if (!service) throw new ServiceNotFound();
  const { settings } = service;
  const valueOfConversion = question.valueOfConversion ?? settings.valueOfConversion;
  if (!(valueOfConversion > 0 && valueOfConversion <= 1_000_000))
    throw new InvalidInput('policy.valueOfConversion', 'More than 0, at most 1000000.');
  const known = new Map((await listRoutes(app, who)).map((route) => [route.id, route]));

  const record = createTrackRecord();
  let seen = 0;
  let last = span.from;
  // One more than is replayed, to know whether there is more.
  for await (const chunk of readPastAttempts(app, who.accountId, span, {
    limit: limit + 1,
    withDecision: false,
  }))
    for (const attempt of chunk) {
      if (++seen > limit) break;
      record.add(attempt);
      last = attempt.at;
    }

  const options = { strategy, valueOfConversion, codeTtlMs: settings.ttlSeconds * 1_000 };
  const replay = createReplay(options, record, app.random);
  for await (const chunk of readPastAttempts(app, who.accountId, span, { limit, withDecision: true }))
    for (const attempt of chunk)
      replay.decide({
        ...attempt,
        candidates: candidatesOf(attempt, known),
        cost: attempt.accepted ? attempt.price * attempt.segments : 0,
      });

  const { actual, replayed, routes, ...counts } = replay.result();
  const utility = ({ conversions, cost }: { conversions: number; cost: number }) =>
    valueOfConversion * conversions - cost;
  const reach = Z95 * replayed.standardError;
  const share = (n: number) => (counts.attempts > 0 ? n / counts.attempts : 0);
  return {
    ...counts,
    valueOfConversion,
    until: seen > limit ? new Date(last) : undefined,
    actual: { ...actual, utility: utility(actual) },
    replayed: {
      ...replayed,
      utility: utility(replayed),
      low: Math.max(0, replayed.conversions - reach),
      high: Math.min(counts.judged, replayed.conversions + reach),
    },
    routes: [...routes]
      .map(([routeId, n]) => ({
        routeId: routeId as RouteId,
        actualShare: share(n.actual),
        replayedShare: share(n.replayed),
      }))
      .sort((a, b) => b.replayedShare - a.replayedShare || b.actualShare - a.actualShare),
  };
}

/** The routes of a decision as they could be chosen from then; those of which nothing is known any more are left out. */
function candidatesOf(
  { decision, routeId, price }: WitnessedAttempt,
  known: ReadonlyMap<string, { carrierId: string; priority: number; price: number }>,
): Candidate[] {
  return decodeDecision(decision ?? []).flatMap((ranked) => {
    const route = known.get(ranked.routeId);
    if (!route) return [];
    const { carrierId, priority } = route;
    const noted = ranked.reasons.find(({ factor }) => factor === 'price')?.value;
    return {
      ...{ routeId: ranked.routeId, carrierId, priority },
      price: ranked.routeId === routeId ? price : (noted ?? route.price),
      ...(ranked.excluded !== undefined && { exclude: ranked.excluded }),
    };
  });
}
