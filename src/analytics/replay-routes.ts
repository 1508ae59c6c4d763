import type { Principal } from '../accounts/principal.ts';
import { InvalidInput } from '../errors.ts';
import type { RouteId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { decodeDecision } from '../routing/decision.ts';
import type { Candidate, PolicyOptions, Strategy } from '../routing/policy.ts';
import { listRoutes } from '../routing/queries.ts';
import { createReplay, Z95 } from '../routing/replay.ts';
import { createTrackRecord } from '../routing/track-record.ts';
import { createServiceDirectory } from '../services/directory.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { readPastAttempts, type WitnessedAttempt } from './past-attempts.ts';
import { createReplayTurns } from './replay-turns.ts';
import { readWindow } from './window.ts';

export interface ReplayQuestion {
  from: Date;
  to: Date;
  strategy: Strategy;
  /** In the currency of prices; absent: of each message that of its service. */
  valueOfConversion?: number | undefined;
  /** Attempts at most, from the beginning of the window. */
  limit: number;
}

export interface RouteReplay {
  /** The mean over the attempts, where services differ. */
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
  /** Value of the conversions − cost. */
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
  const { limit } = question;
  const span = readWindow(question.from, question.to);
  if (limit < 1 || limit > MAX_REPLAYED)
    throw new InvalidInput('limit', `A replay takes 1 to ${MAX_REPLAYED} attempts.`);
  const { valueOfConversion: value } = question;
  if (value !== undefined && !(value > 0 && value <= 1_000_000))
    throw new InvalidInput('policy.valueOfConversion', 'More than 0, at most 1000000.');
  const { usual, byService } = await readOptions(app, who, question);
  const routes = await listRoutes(app, who);
  const known = new Map(routes.map((route) => [route.id, route]));
  const numbered = new Map(routes.map(({ number, id }) => [number, id]));

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

  const replay = createReplay([...byService.values()], record, app.random);
  const values = new Map<number, number>();
  for await (const chunk of readPastAttempts(app, who.accountId, span, { limit, withDecision: true }))
    for (const attempt of chunk) {
      const options = byService.get(attempt.serviceId) ?? usual;
      const { valueOfConversion } = options;
      const cost = attempt.accepted ? attempt.price * attempt.segments : 0;
      replay.decide({ ...attempt, candidates: candidatesOf(attempt, known, numbered), cost }, options);
      values.set(valueOfConversion, (values.get(valueOfConversion) ?? 0) + 1);
    }

  const { actual, replayed, routes: taken, ...counts } = replay.result();
  const reach = Z95 * replayed.standardError;
  const share = (n: number) => (counts.attempts > 0 ? n / counts.attempts : 0);
  return {
    ...counts,
    valueOfConversion: meanOf(values) ?? usual.valueOfConversion,
    until: seen > limit ? new Date(last) : undefined,
    actual: { ...actual, utility: actual.value - actual.cost },
    replayed: {
      ...replayed,
      utility: replayed.value - replayed.cost,
      low: Math.max(0, replayed.conversions - reach),
      high: Math.min(counts.judged, replayed.conversions + reach),
    },
    routes: [...taken]
      .map(([routeId, n]) => ({
        routeId: routeId as RouteId,
        actualShare: share(n.actual),
        replayedShare: share(n.replayed),
      }))
      .sort((a, b) => b.replayedShare - a.replayedShare || b.actualShare - a.actualShare),
  };
}

/** By what each service's messages would have been routed; `usual`: those of a service that is gone. */
async function readOptions(
  app: App,
  { accountId }: Principal,
  { strategy, valueOfConversion }: ReplayQuestion,
): Promise<{ usual: PolicyOptions; byService: ReadonlyMap<ServiceId, PolicyOptions> }> {
  const services = await app.single(createServiceDirectory).of(accountId);
  const byService = new Map(
    services.map(({ id, settings }) => [
      id,
      {
        strategy,
        valueOfConversion: valueOfConversion ?? settings.valueOfConversion,
        codeTtlMs: settings.ttlSeconds * 1_000,
      },
    ]),
  );
  const first = services.find(({ isDefault }) => isDefault);
  if (!first) throw new ServiceNotFound();
  return { usual: byService.get(first.id)!, byService };
}

/** @param values how often each value occurs; of one alone it is exact */
function meanOf(values: ReadonlyMap<number, number>): number | undefined {
  if (values.size <= 1) return values.keys().next().value;
  let [sum, count] = [0, 0];
  for (const [value, times] of values) {
    sum += value * times;
    count += times;
  }
  return sum / count;
}

/** The routes of a decision as they could be chosen from then; those of which nothing is known any more are left out. */
function candidatesOf(
  { decision, routeId, price }: WitnessedAttempt,
  known: ReadonlyMap<string, { carrierId: string; priority: number; price: number }>,
  numbered: ReadonlyMap<number, RouteId>,
): Candidate[] {
  return decodeDecision(decision ?? [], numbered).flatMap((ranked) => {
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
