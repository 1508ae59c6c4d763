import type { Cell } from './cell.ts';
import type { Evidence, Place } from './evidence.ts';
import { paceAt } from './pace.ts';
import type { Route } from './route.ts';
import type { Signs } from './signs.ts';
import { sizeOf, totalNats, type Silence } from './silence.ts';
import type { Summarizer } from './summary.ts';
import type { CellEvidence, SignEvidence, SilenceEvidence, SourceEvidence } from './types.ts';

/** Evidence below this many attempts is not worth the bytes. */
const LEAST = 0.01;

/** What this policy has seen itself, as of now. Attempts that wait are counted by what their silence says. */
export function writeEvidence(
  { source, told }: { source: string; told: number },
  evidence: Evidence,
  summarizer: Summarizer,
  now: number,
): SourceEvidence {
  const cells: CellEvidence[] = [];
  const write = (cell: Cell, route: Route, place?: Place) => {
    const failed = summarizer.failedIn(cell, route, now);
    const converted = Array.from(cell.outcomes.converted);
    if (converted.at(-1)! + failed.at(-1)! + cell.waiting.at.reduce((sum, n) => sum + n, 0) < LEAST) return;
    cells.push({
      route: route.id,
      ...placeOf(place),
      converted,
      failed,
      noLife: writeSilence(cell.noLife, route.lifeSilence),
      noConversion: writeSilence(cell.noConversion, route.conversionSilence),
    });
  };
  for (const route of evidence.routes.values()) write(route.cell, route);
  const places = [evidence.everywhere, ...evidence.allPlaces()];
  for (const place of places)
    for (const [id, cell] of place.cells) {
      const route = evidence.routes.get(id);
      if (route) write(cell, route, place);
    }
  return {
    source,
    told,
    at: now,
    routes: [...evidence.routes.values()].map((route) => ({
      route: route.id,
      foretold: route.foretold,
      conversions: writeSigns(route.conversions),
      lifeSigns: writeSigns(route.lifeSigns),
    })),
    cells,
    paces: places
      .map((place) => ({ ...placeOf(place), perMs: paceAt(place.pace, now) }))
      .filter(({ perMs }) => perMs > 0),
  };
}

function placeOf(place: Place | undefined): { country?: string; operator?: string } {
  if (!place || place.country === '') return {};
  return { country: place.country, ...(place.operator !== undefined && { operator: place.operator }) };
}

function writeSigns({ byStage, seen, missed }: Signs): SignEvidence {
  return { byStage: Array.from(byStage), seen, missed };
}

function writeSilence(silence: Silence, nats: Float64Array): SilenceEvidence {
  const { lastSentAt, lastSignAt, hasSign, refused } = silence;
  return {
    nats: totalNats(silence, nats),
    ...{ attempts: sizeOf(silence), refused },
    ...{ lastSentAt, lastSignAt, hasSign },
  };
}
