import type { RouteId } from '../ids.ts';
import { nameOf, type Finding } from '../routing/alarms.ts';
import {
  isRefusing,
  judgeOutage,
  judgeRefusals,
  judgeRun,
  judgeSilence,
  type AlarmFacts,
} from '../routing/judge.ts';
import type { Outage } from '../routing/policy.ts';
import type { Signs } from './signs.ts';

/** So many over each of two routes in a row, and it may be the place. */
const SILENT_PLACE = 3;

/**
 * A place that no route reaches is an outage of the place; else it is the route's.
 * @param signs of the latest attempts
 * @param outages what the router thinks: it counts where the attempts say nothing, for a route is led around before
 *   many are lost
 * @param open names of the alarms that last
 */
export function findOutages(
  signs: readonly Signs[],
  outages: readonly Outage[],
  open: ReadonlySet<string>,
  now: number,
): Finding[] {
  const findings: Finding[] = [];
  const byRoute = Map.groupBy(signs, (one) => one.routeId);
  const thought = judgeThought(outages, byRoute, open, now);
  const unreachable = new Set<Signs>();
  /** Where several routes are silent: too few to say it of the place, and nothing to say of a route. */
  const doubtful = new Set<Signs>();
  for (const here of Map.groupBy(signs, ({ country, operator }) => `${country}/${operator}`).values()) {
    const { country, operator } = here[0]!;
    if (here.filter(({ silent }) => silent >= SILENT_PLACE).length > 1)
      for (const one of here) doubtful.add(one);
    const facts = judgePlace(here, thought);
    if (!facts) continue;
    findings.push({ kind: 'placeOutage', country, ...(operator && { operator }), facts });
    for (const one of here) unreachable.add(one);
  }
  for (const [routeId, all] of byRoute) {
    const elsewhere = all.filter((one) => !unreachable.has(one));
    const known = elsewhere.filter((one) => !doubtful.has(one));
    const wasFound = open.has(nameOf({ kind: 'blackHole', routeId }));
    const silent =
      judgeSilence(sum(elsewhere, 'alive'), sum(elsewhere, 'ripe')) ??
      judgeRun(sum(known, 'silent'), sum(all, 'heard'), sum(all, 'before'), wasFound);
    if (silent) findings.push({ kind: 'blackHole', routeId, facts: silent });
    const refusing = judgeRefusals(sum(all, 'refused'), sum(all, 'tried'));
    if (refusing) findings.push({ kind: 'rejects', routeId, facts: refusing });
    if (silent !== undefined || refusing !== undefined || known.length === 0) thought.delete(routeId);
  }
  return [...findings, ...thought.values()];
}

/** What the router is sure of, by route. */
function judgeThought(
  outages: readonly Outage[],
  byRoute: ReadonlyMap<RouteId, readonly Signs[]>,
  open: ReadonlySet<string>,
  now: number,
): Map<RouteId, Finding> {
  const findings = outages.flatMap((outage): Finding[] => {
    const about = { kind: kindOf(outage), routeId: outage.routeId as RouteId };
    if (about.kind === 'blackHole' && isHeardOf(byRoute.get(about.routeId) ?? [])) return [];
    const facts = judgeOutage(outage, open.has(nameOf(about)), now);
    return facts ? [{ ...about, facts }] : [];
  });
  const isUnused = ({ kind }: Finding) => kind === 'noConversions';
  // Where nobody types codes in, over whichever route, something else is wrong.
  const blamed = findings.filter(isUnused).length > 1 ? findings.filter((one) => !isUnused(one)) : findings;
  return new Map(blamed.map((finding) => [finding.routeId!, finding]));
}

function kindOf(outage: Outage): 'rejects' | 'blackHole' | 'noConversions' {
  if (isRefusing(outage)) return 'rejects';
  return outage.missing === 'life' ? 'blackHole' : 'noConversions';
}

/** The last message that is old enough was heard of: not all traffic is told to the router. */
function isHeardOf(all: readonly Signs[]): boolean {
  return sum(all, 'heard') > 0 && sum(all, 'silent') === 0;
}

/** Over one route alone nobody can tell the place from the route. */
function judgePlace(here: readonly Signs[], thought: ReadonlyMap<RouteId, Finding>): AlarmFacts | undefined {
  const ripe = here.filter((one) => one.ripe > 0).length;
  const silent = ripe < 2 ? undefined : judgeSilence(sum(here, 'alive'), sum(here, 'ripe'));
  return silent ?? allOut(here, thought);
}

/** Each route that was used to a place is thought to be silent. */
function allOut(here: readonly Signs[], thought: ReadonlyMap<RouteId, Finding>): AlarmFacts | undefined {
  const used = here.filter(({ ripe, silent }) => ripe + silent > 0);
  if (used.length < 2) return undefined;
  const facts = used.flatMap(({ routeId }) => {
    const finding = thought.get(routeId);
    return finding?.kind === 'blackHole' ? [finding.facts] : [];
  });
  if (facts.length < used.length) return undefined;
  const attempts = facts.reduce((total, one) => total + one.attempts, 0);
  return { ...facts[0]!, attempts, expected: Math.min(...facts.map(({ expected }) => expected)) };
}

function sum(
  signs: readonly Signs[],
  what: Exclude<keyof Signs, 'routeId' | 'country' | 'operator'>,
): number {
  return signs.reduce((total, one) => total + one[what], 0);
}
