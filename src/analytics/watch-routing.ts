import type { Principal } from '../accounts/principal.ts';
import { listCarriers } from '../carriers/queries.ts';
import type { Sla } from '../carriers/sla.ts';
import { idFromUuid, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { nameOf, readOpenAlarms, saveFindings, type Finding } from '../routing/alarms.ts';
import { judgeLatency, judgePromise } from '../routing/judge.ts';
import { createPolicies } from '../routing/policies.ts';
import { STRATEGIES, type Outage } from '../routing/policy.ts';
import { listRoutes } from '../routing/queries.ts';
import { createServiceDirectory } from '../services/directory.ts';
import { findOutages } from './find-outages.ts';
import { routingQuality } from './routing-quality.ts';
import { readSigns, SIGNS_UNTIL_MS } from './signs.ts';

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
  const signs = await readSigns(app, accountId, now);
  // Of an account without traffic nothing is brought into memory.
  const outages = signs.length > 0 ? await readOutages(app, accountId, now) : [];
  const findings = [
    ...findOutages(signs, outages, open, now),
    ...(await findBrokenPromises(app, accountId, open, now)),
  ];
  if (findings.length > 0 || open.size > 0) await saveFindings(app, accountId, findings);
}

/** What the router thinks of the routes; nothing where no service goes by what it has learned. */
async function readOutages(app: App, accountId: AccountId, now: number): Promise<readonly Outage[]> {
  const services = await app.single(createServiceDirectory).of(accountId);
  if (!services.some(({ settings }) => STRATEGIES[settings.routing].learns)) return [];
  return app.single(createPolicies).outages(accountId, now);
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
