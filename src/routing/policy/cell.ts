import type { Ages } from './ages.ts';
import { createLayers, type Layers } from './layers.ts';
import { createSilence, type Silence } from './silence.ts';
import { createStageCounts, type StageCounts } from './stage-counts.ts';
import type { SilenceEvidence } from './types.ts';

/** The evidence about one route: everywhere (level 0), in a country (1), with an operator of it (2). */
export interface Cell {
  level: number;
  outcomes: Layers;
  /** Attempts that may still convert, by stage. */
  waiting: StageCounts;
  /** Since the last receipt or conversion, and since the last conversion. */
  noLife: Silence;
  noConversion: Silence;
  /** What other workers have counted. */
  foreign: ForeignEvidence | undefined;
  /** Counts up with whatever changes the evidence. */
  version: number;
  summary: Summary;
}

export interface ForeignEvidence {
  outcomes: Layers;
  noLife: SilenceEvidence;
  noConversion: SilenceEvidence;
}

/** A cell's evidence in a few numbers, without any prior. Kept until the evidence or the moment changes. */
export interface Summary {
  /** P(conversion) while there is no outage, 0–1, and the number of settled attempts that it is worth. */
  rate: number;
  strength: number;
  /** How many attempts more it will be worth when all that wait have settled. */
  coming: number;
  /** That there is an outage now, 0–1, and at which rate it would end. */
  outage: number;
  outageEndsPerMs: number;
  /** Of the evidence that it was made from. */
  version: number;
  /** Epoch milliseconds between which it holds. */
  from: number;
  until: number;
}

export function createCell(ages: Ages, level: number, now: number): Cell {
  return {
    level,
    outcomes: createLayers(now),
    waiting: createStageCounts(ages),
    noLife: createSilence(ages, 2 * level, now),
    noConversion: createSilence(ages, 2 * level + 1, now),
    foreign: undefined,
    version: 0,
    summary: {
      rate: 0,
      strength: 0,
      coming: 0,
      outage: 0,
      outageEndsPerMs: 0,
      version: -1,
      from: 0,
      until: 0,
    },
  };
}
