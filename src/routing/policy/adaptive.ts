import { createAges } from './ages.ts';
import { createEvidence } from './evidence.ts';
import { createLearner } from './learn.ts';
import { keepNewest, takeForeign } from './merge.ts';
import { createRanking } from './rank.ts';
import { writeEvidence } from './snapshot.ts';
import { createSummarizer } from './summary.ts';
import type { Policy, PolicyOptions, SourceEvidence } from './types.ts';

/** Evidence of somebody who has not been heard for three days weighs nothing any more. */
const FORGOTTEN_MS = 3 * 86_400_000;

/** What earns most, learned: README.md has the formulas. */
export function createAdaptive({ valueOfConversion, codeTtlMs }: PolicyOptions): Policy {
  const ages = createAges(codeTtlMs);
  const evidence = createEvidence(ages);
  const summarizer = createSummarizer(ages, evidence.conversions);
  const { attempts, learn } = createLearner(evidence, summarizer, ages);
  const rank = createRanking(evidence, summarizer, valueOfConversion);
  const others = new Map<string, SourceEvidence>();
  let source: string | undefined;
  let told = 0;
  return {
    choose(request, candidates) {
      attempts.advance(request.now);
      return rank(request, candidates, attempts.clock);
    },
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
    merge({ sources }) {
      const heard = sources.filter((one) => one.source !== source);
      if (!keepNewest(others, structuredClone(heard))) return;
      const latest = Math.max(...[...others.values()].map(({ at }) => at));
      for (const [id, { at }] of others) if (at < latest - FORGOTTEN_MS) others.delete(id);
      takeForeign(evidence, ages, [...others.values()]);
    },
  };
}
