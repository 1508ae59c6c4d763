import type { Ages } from './ages.ts';
import type { Cell } from './cell.ts';
import type { Evidence } from './evidence.ts';
import { addLayers, createLayers, type Layers } from './layers.ts';
import { paceAt, steadyPace } from './pace.ts';
import { createSigns, sumOf, type Signs } from './signs.ts';
import { breakSilence } from './silence.ts';
import type { CellEvidence, SignEvidence, SilenceEvidence, SourceEvidence } from './types.ts';

/** What was only heard of was never used here. */
const NEVER = 0;

/** Of each source the evidence with more told: in whatever order and how often they come, the same stays. */
export function keepNewest(known: Map<string, SourceEvidence>, heard: readonly SourceEvidence[]): boolean {
  let changed = false;
  for (const one of heard) {
    const before = known.get(one.source);
    if (before && before.told >= one.told) continue;
    known.set(one.source, one);
    changed = true;
  }
  return changed;
}

/** Puts what other policies have seen in the place of what was known of them before. */
export function takeForeign(evidence: Evidence, ages: Ages, sources: readonly SourceEvidence[]): void {
  for (const route of evidence.routes.values()) {
    route.foreign = undefined;
    forget(route.cell);
  }
  for (const place of [evidence.everywhere, ...evidence.allPlaces()]) {
    place.foreignPace = undefined;
    for (const cell of place.cells.values()) forget(cell);
  }
  for (const source of sources) {
    takeRoutes(evidence, ages, source);
    for (const cell of source.cells) takeCell(evidence, cell, source.at);
    for (const { country, operator, perMs } of source.paces) {
      const place = country === undefined ? evidence.everywhere : evidence.places(country, operator).at(-1);
      if (place) place.foreignPace = steadyPace(paceAt(place.foreignPace, source.at) + perMs, source.at);
    }
  }
  for (const route of evidence.routes.values()) route.stale = true;
}

function forget(cell: Cell): void {
  cell.foreign = undefined;
  cell.version += 1;
}

function takeRoutes(evidence: Evidence, ages: Ages, source: SourceEvidence): void {
  for (const { route: id, foretold, conversions, lifeSigns } of source.routes) {
    const route = evidence.route(id, NEVER);
    if (route.conversions.seen === 0) route.foretold = foretold;
    route.foreign = {
      conversions: sumOf(route.foreign?.conversions ?? createSigns(ages), readSigns(conversions, ages)),
      lifeSigns: sumOf(route.foreign?.lifeSigns ?? createSigns(ages), readSigns(lifeSigns, ages)),
    };
  }
}

function takeCell(evidence: Evidence, heard: CellEvidence, at: number): void {
  const places = heard.country === undefined ? [] : evidence.places(heard.country, heard.operator);
  const place = places.at(-1);
  const route = evidence.route(heard.route, NEVER);
  if (heard.country !== undefined && !place) return;
  const cell = place ? evidence.cell(place, places.length, heard.route, NEVER) : route.cell;
  const outcomes: Layers = {
    converted: Float64Array.from(heard.converted),
    failed: Float64Array.from(heard.failed),
    at,
  };
  const { foreign } = cell;
  if (foreign) {
    addLayers(foreign.outcomes, outcomes);
    foreign.noLife = louder(foreign.noLife, heard.noLife);
    foreign.noConversion = louder(foreign.noConversion, heard.noConversion);
  } else {
    const { noLife, noConversion } = heard;
    const sum = createLayers(at);
    addLayers(sum, outcomes);
    cell.foreign = { outcomes: sum, noLife, noConversion };
  }
  // A sign at another worker ends the silence here too.
  if (heard.noLife.hasSign) breakSilence(cell.noLife, heard.noLife.lastSignAt);
  if (heard.noConversion.hasSign) breakSilence(cell.noConversion, heard.noConversion.lastSignAt);
}

/** Two silences of one carrier: what was sent after the later sign counts, and of both. */
function louder(a: SilenceEvidence, b: SilenceEvidence): SilenceEvidence {
  const hasSign = a.hasSign || b.hasSign;
  const signs = [a, b].filter((one) => one.hasSign).map((one) => one.lastSignAt);
  const lastSignAt = hasSign ? Math.max(...signs) : Math.min(a.lastSignAt, b.lastSignAt);
  const both = [a, b].filter((one) => !hasSign || one.lastSentAt > lastSignAt);
  const sum = (what: 'nats' | 'attempts' | 'refused') =>
    both.reduce((total, one) => total + (one[what] ?? 0), 0);
  return {
    ...{ nats: sum('nats'), attempts: sum('attempts'), refused: sum('refused') },
    lastSentAt: Math.max(a.lastSentAt, b.lastSentAt),
    lastSignAt,
    hasSign,
  };
}

function readSigns({ byStage, seen, missed }: SignEvidence, ages: Ages): Signs {
  const signs = createSigns(ages);
  for (let j = 0; j < signs.byStage.length; j++) signs.byStage[j] = byStage[j] ?? 0;
  signs.seen = seen;
  signs.missed = missed;
  return signs;
}
