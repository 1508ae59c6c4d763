import type { Ages } from './ages.ts';
import type { Evidence } from './evidence.ts';
import { learnCurves, type Route } from './route.ts';
import { signShare, sumOf, type Signs } from './signs.ts';
import { signOf, sizeOf, speaks, suspectOutage, totalNats, type Silence, type Suspicion } from './silence.ts';
import type { SilenceEvidence } from './types.ts';

/** A route that may be out, wherever it leads. */
export interface Outage {
  routeId: string;
  /** `life`: neither receipts nor conversions come. `conversion`: receipts do. */
  missing: 'life' | 'conversion';
  /** That it was when it was used last, 0–1. */
  probability: number;
  /** What the silence says, until the next sign. */
  nats: number;
  /** Attempts since the last sign, and those of them that were refused. */
  attempts: number;
  refused: number;
  /** Share of the attempts that give the sign while the route is well, 0–1. */
  usual: number;
  lastSentAt: number;
}

/** Less than this is not worth telling: a route that is well is silent like that once in 150 attempts. */
const LEAST_NATS = 5;

/** What is thought of all routes, changing none of it: whoever asks must not make the next choice another one. */
export function findOutages(evidence: Evidence, ages: Ages, now: number): Outage[] {
  return evidence.routes
    .values()
    .map((route) => suspect(route, evidence.conversions, ages, now))
    .filter(({ nats }) => nats >= LEAST_NATS)
    .toArray();
}

function suspect(route: Route, all: Signs, ages: Ages, now: number): Outage {
  learnCurves(route, all);
  const { noLife, noConversion, foreign: elsewhere } = route.cell;
  const life = weigh(noLife, elsewhere?.noLife, route.lifeSilence, ages, now);
  const conversion = weigh(noConversion, elsewhere?.noConversion, route.conversionSilence, ages, now);
  const worse = conversion.probability > life.probability ? conversion : life;
  // Of a carrier without receipts the conversions are all that there is to miss.
  const missing = worse === conversion && life.signAt > conversion.signAt ? 'conversion' : 'life';
  const { conversions, lifeSigns, foreign } = route;
  const usual = worse === life ? [lifeSigns, foreign?.lifeSigns] : [conversions, foreign?.conversions];
  const { signAt: _, ...facts } = worse;
  return { routeId: route.id, missing, ...facts, usual: shareOf(usual[0]!, usual[1]) };
}

function weigh(
  silence: Silence,
  foreign: SilenceEvidence | undefined,
  nats: Float64Array,
  ages: Ages,
  now: number,
): Pick<Outage, 'probability' | 'nats' | 'attempts' | 'refused' | 'lastSentAt'> & { signAt: number } {
  const suspicion: Suspicion = { probability: 0, wasOut: 0, endsPerMs: 0 };
  suspectOutage(silence, foreign, nats, ages, now, suspicion);
  const signAt = Math.max(signOf(silence), signOf(foreign));
  const also = speaks(foreign, signAt) ? foreign : undefined;
  return {
    probability: suspicion.wasOut,
    nats: totalNats(silence, nats) + (also?.nats ?? 0),
    attempts: sizeOf(silence) + (also?.attempts ?? 0),
    refused: silence.refused + (also?.refused ?? 0),
    lastSentAt: Math.max(silence.lastSentAt, foreign?.lastSentAt ?? 0),
    signAt,
  };
}

function shareOf(own: Signs, foreign: Signs | undefined): number {
  return signShare(foreign ? sumOf(own, foreign) : own);
}
