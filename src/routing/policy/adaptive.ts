import { createAges } from './ages.ts';
import { createEvidence } from './evidence.ts';
import { createLearner } from './learn.ts';
import { keepNewest, takeForeign } from './merge.ts';
import { findOutages, type Outage } from './outages.ts';
import { createRanking } from './rank.ts';
import { writeEvidence } from './snapshot.ts';
import { createSummarizer } from './summary.ts';
import type { Policy, PolicyOptions, SourceEvidence } from './types.ts';

/** Evidence of somebody who has not been heard for three days weighs nothing any more. */
const FORGOTTEN_MS = 3 * 86_400_000;

/** What was learned, whatever a conversion is worth and however long a code lives: policies of one are fed as one. */
export interface Learned extends Pick<Policy, 'observe' | 'snapshot' | 'merge'> {
  /** Routes that may be out, by what was told so far. */
  outages(now: number): Outage[];
  /** @param codeTtlMs of the codes that are chosen for; what comes later is learned, and counts for nothing */
  policy(options: Pick<PolicyOptions, 'valueOfConversion' | 'codeTtlMs'>): Policy;
}

/** What earns most, learned: README.md has the formulas. */
export function createAdaptive(options: PolicyOptions): Policy {
  return createLearned(options.codeTtlMs).policy(options);
}

/** @param watchedMs how long an attempt may convert */
export function createLearned(watchedMs: number): Learned {
  const ages = createAges(watchedMs);
  const evidence = createEvidence(ages);
  const summarizer = createSummarizer(ages, evidence.conversions);
  const { attempts, learn } = createLearner(evidence, summarizer, ages);
  const others = new Map<string, SourceEvidence>();
  let source: string | undefined;
  let told = 0;
  const learned: Omit<Learned, 'policy'> = {
    observe(observation) {
      if (observation.kind === 'submitted') source ??= observation.attemptId;
      told += 1;
      learn(observation);
    },
    snapshot() {
      const sources = [...others.values()];
      if (source !== undefined)
        sources.push(writeEvidence({ source, told }, evidence, summarizer, attempts.clock));
      return structuredClone({ version: 1, sources });
    },
    outages: (now) => findOutages(evidence, ages, now),
    merge({ sources }) {
      const heard = sources.filter((one) => one.source !== source);
      if (!keepNewest(others, structuredClone(heard))) return;
      const latest = Math.max(...[...others.values()].map(({ at }) => at));
      for (const [id, { at }] of others) if (at < latest - FORGOTTEN_MS) others.delete(id);
      takeForeign(evidence, ages, [...others.values()]);
    },
  };
  return {
    ...learned,
    policy({ valueOfConversion, codeTtlMs }) {
      const lastStage = codeTtlMs < watchedMs ? ages.stageOf(codeTtlMs) : undefined;
      const rank = createRanking(evidence, summarizer, valueOfConversion, lastStage);
      return {
        ...learned,
        choose(request, candidates) {
          attempts.advance(request.now);
          return rank(request, candidates, attempts.clock);
        },
      };
    },
  };
}
