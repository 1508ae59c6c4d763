import type { Principal } from '../accounts/principal.ts';
import { listCarriers } from '../carriers/queries.ts';
import type { Sla } from '../carriers/sla.ts';
import { idFromUuid, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { nameOf, readOpenAlarms, saveFindings, type Finding } from '../routing/alarms.ts';
import { judgeLatency, judgePromise, judgeRefusals, judgeRun, judgeSilence } from '../routing/judge.ts';
import { listRoutes } from '../routing/queries.ts';
import { routingQuality } from './routing-quality.ts';
import { readSigns, SIGNS_UNTIL_MS, type Signs } from './signs.ts';

export const WATCH_MS = 60_000;

/** Looks what is wrong with each account's carriers, routes and destinations; each minute one worker does. */
export async function watchRouting(app: App): Promise<void> {
  const now = app.clock();
  const accounts = await app.sql<{ account_id: string }[]>`
    UPDATE routing_rollups SET watched_at = ${new Date(now)}
    WHERE watched_at IS NULL OR watched_at <= ${new Date(now - WATCH_MS * 0.9)} RETURNING account_id`;
  for (const { account_id: id } of accounts) {
    const accountId = idFromUuid('acc', id);
    await watchAccount(app, accountId, now).catch((error: unknown) =>
      app.log.error({ err: error, accountId }, 'routing not watched'),
    );
  }
}

async function watchAccount(app: App, accountId: AccountId, now: number): Promise<void> {
  const open = new Set((await readOpenAlarms(app, accountId)).map(({ name }) => name));
  const findings = [
    ...findOutages(await readSigns(app, accountId, now), open),
    ...(await findBrokenPromises(app, accountId, open, now)),
  ];
  if (findings.length > 0 || open.size > 0) await saveFindings(app, accountId, findings);
}

/** So many over each of two routes in a row, and it may be the place. */
const SILENT_PLACE = 3;

/** A place that no route reaches is an outage of the place; else it is the route's. */
function findOutages(signs: readonly Signs[], open: ReadonlySet<string>): Finding[] {
  const findings: Finding[] = [];
  const byPlace = Map.groupBy(signs, ({ country, operator }) => `${country}/${operator}`);
  const unreachable = new Set<Signs>();
  /** Where several routes are silent: too few to say it of the place, and nothing to say of a route. */
  const doubtful = new Set<Signs>();
  for (const here of byPlace.values()) {
    const { country, operator } = here[0]!;
    const ripe = sum(here, 'ripe');
    if (here.filter(({ silent }) => silent >= SILENT_PLACE).length > 1)
      for (const one of here) doubtful.add(one);
    const facts = judgeSilence(sum(here, 'alive'), ripe);
    // Over one route alone nobody can tell the place from the route.
    const routes = here.filter((one) => one.ripe > 0).length;
    if (!facts || routes < 2) continue;
    findings.push({ kind: 'placeOutage', country, ...(operator && { operator }), facts });
    for (const one of here) unreachable.add(one);
  }
  for (const [routeId, all] of Map.groupBy(signs, (one) => one.routeId)) {
    const elsewhere = all.filter((one) => !unreachable.has(one));
    const known = elsewhere.filter((one) => !doubtful.has(one));
    const wasFound = open.has(nameOf({ kind: 'blackHole', routeId }));
    const silent =
      judgeSilence(sum(elsewhere, 'alive'), sum(elsewhere, 'ripe')) ??
      judgeRun(sum(known, 'silent'), sum(all, 'heard'), sum(all, 'before'), wasFound);
    if (silent) findings.push({ kind: 'blackHole', routeId, facts: silent });
    const refusing = judgeRefusals(sum(all, 'refused'), sum(all, 'tried'));
    if (refusing) findings.push({ kind: 'rejects', routeId, facts: refusing });
  }
  return findings;
}

function sum(
  signs: readonly Signs[],
  what: Exclude<keyof Signs, 'routeId' | 'country' | 'operator'>,
): number {
  return signs.reduce((total, one) => total + one[what], 0);
}

async function findBrokenPromises(
  app: App,
  accountId: AccountId,
  open: ReadonlySet<string>,
  now: number,
): Promise<Finding[]> {
  const who = { accountId } as Principal;
  const promising = (await listCarriers(app, who)).filter(({ sla, enabled }) => sla && enabled);
  if (promising.length === 0) return [];
  const routes = await listRoutes(app, who);
  const findings: Finding[] = [];
  for (const { id: carrierId, sla } of promising) {
    const routeIds = routes.filter((route) => route.carrierId === carrierId).map(({ id }) => id);
    const { deliveryRate, receiptP95Ms, windowMinutes } = sla as Sla;
    // What was submitted a moment ago has had no time to be delivered.
    const to = now - Math.max(SIGNS_UNTIL_MS, receiptP95Ms ?? 0);
    const window = { from: new Date(to - windowMinutes * 60_000), to: new Date(to) };
    const page = { limit: 1, after: undefined };
    const [seen] = await routingQuality(app, who, { ...window, groupBy: [], routeIds }, page);
    if (!seen) continue;
    const { delivered, accepted, receiptLatency } = seen;
    if (deliveryRate != null) {
      const about = { kind: 'slaDelivery', carrierId } as const;
      const facts = judgePromise(delivered, accepted, deliveryRate, open.has(nameOf(about)));
      if (facts) findings.push({ ...about, facts });
    }
    if (receiptP95Ms != null && receiptLatency) {
      const facts = judgeLatency(receiptLatency.p95, receiptLatency.count, receiptP95Ms);
      if (facts) findings.push({ kind: 'slaLatency', carrierId, facts });
    }
  }
  return findings;
}
