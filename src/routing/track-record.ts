/** An attempt of the past, as far as it speaks for its route. */
export interface Witness {
  attemptId: string;
  routeId: string;
  country: string;
  operator?: string | undefined;
  at: number;
  /** `unjudged`: nobody knows yet, or it was not the route's doing. */
  outcome: 'converted' | 'failed' | 'unjudged';
  /** The carrier took it. */
  accepted: boolean;
}

export interface Guess {
  /** Chance of a conversion. */
  rate: number;
  /** Standard deviation of what is wrong with it beyond the luck of the attempts that it rests on. */
  doubt: number;
}

/**
 * What routes did, to say what they would have done with messages that others carried. It remembers how much
 * was made of each attempt, and so how far luck may have led all guesses astray together.
 */
export interface TrackRecord {
  /** In the order of time. */
  add(witness: Witness): void;
  /** Of a message at some time, from the attempts nearest to it; only after everything was added. */
  guess(routeId: string, country: string, operator: string | undefined, at: number): Guess;
  /** The outcome of this attempt is counted as it was. */
  take(attemptId: string): void;
  /** Share of its attempts that the carrier took. */
  acceptance(routeId: string): number;
  /** Variance of the sum of all that was guessed and taken, as far as it is luck. */
  variance(): number;
}

/**
 * Attempts that a guess rests on. Few, so that it sees the outage that the traffic was led around: what the
 * route was like then say the failures before and the looks in between, not the many successes of better times.
 */
const NEAREST = 10;
/** In a country or with an operator, attempts farther away say less than nearer ones elsewhere. */
const NARROW_REACH_MS = 1_800_000;
/** A route is another one after so long: outages come and go in that time. */
const MEMORY_MS = 1_800_000;
/** Of a route of which nothing is known. */
const UTTER_DOUBT = 0.25;

/** Attempts of one route, everywhere or at one place, in the order of time. */
interface Line {
  at: number[];
  /** Sums up to each, the first 0. */
  converted: number[];
  /** Which of all attempts each is. */
  index: number[];
  /** Changes of how much was made of each. */
  weight: number[];
}

export function createTrackRecord(): TrackRecord {
  const lines = new Map<string, Line>();
  const acceptance = new Map<string, { taken: number; all: number }>();
  const indexOf = new Map<string, number>();
  const witnesses: { route: Line; at: number; taken: number }[] = [];
  let converted = 0;

  function lineOf(name: string): Line {
    let line = lines.get(name);
    if (!line) lines.set(name, (line = { at: [], converted: [0], index: [], weight: [] }));
    return line;
  }

  /** @param names narrowest first @param share how much of the guess is left to make */
  function guessFrom(names: readonly string[], at: number, share: number): Guess {
    const [name, ...wider] = names;
    if (name === undefined) {
      const rate = (converted + 1) / (witnesses.length + 2);
      return { rate, doubt: UTTER_DOUBT };
    }
    const line = lines.get(name);
    const [low, high] = line ? nearest(line, at, wider.length > 0 ? NARROW_REACH_MS : Infinity) : [0, 0];
    const found = high - low;
    const own = Math.min(1, found / NEAREST);
    if (!line || found === 0) return guessFrom(wider, at, share);
    const rate = (line.converted[high]! - line.converted[low]!) / found;
    spread(line, low, high, (share * own) / found);
    const farMs = (Math.abs(at - line.at[low]!) + Math.abs(at - line.at[high - 1]!)) / 2;
    const doubt = UTTER_DOUBT * Math.sqrt(1 - Math.exp(-farMs / MEMORY_MS));
    if (own === 1) return { rate, doubt };
    const rest = guessFrom(wider, at, share * (1 - own));
    return { rate: own * rate + (1 - own) * rest.rate, doubt: own * doubt + (1 - own) * rest.doubt };
  }

  return {
    add({ attemptId, routeId, country, operator, at, outcome, accepted }) {
      const { taken, all } = acceptance.get(routeId) ?? { taken: 0, all: 0 };
      acceptance.set(routeId, { taken: taken + Number(accepted), all: all + 1 });
      if (outcome === 'unjudged') return;
      const index = witnesses.length;
      indexOf.set(attemptId, index);
      witnesses.push({ route: lineOf(routeId), at, taken: 0 });
      converted += Number(outcome === 'converted');
      for (const name of namesOf(routeId, country, operator)) {
        const line = lineOf(name);
        line.at.push(at);
        line.converted.push(line.converted.at(-1)! + Number(outcome === 'converted'));
        line.index.push(index);
      }
    },
    guess: (routeId, country, operator, at) => guessFrom(namesOf(routeId, country, operator), at, 1),
    take(attemptId) {
      const witness = witnesses[indexOf.get(attemptId) ?? -1];
      if (witness) witness.taken += 1;
    },
    acceptance(routeId) {
      const { taken, all } = acceptance.get(routeId) ?? { taken: 0, all: 0 };
      return (taken + 1) / (all + 1);
    },
    variance() {
      const made = witnesses.map(({ taken }) => taken);
      for (const { index, weight } of lines.values()) {
        let sum = 0;
        for (let i = 0; i < index.length; i++) {
          sum += weight[i] ?? 0;
          made[index[i]!]! += sum;
        }
      }
      let variance = 0;
      for (const [i, { route, at }] of witnesses.entries()) {
        if (made[i] === 0) continue;
        const [low, high] = nearest(route, at, Infinity);
        const rate = (route.converted[high]! - route.converted[low]!) / (high - low);
        variance += made[i]! ** 2 * smooth(rate, high - low);
      }
      return variance;
    },
  };
}

/** Narrowest first. */
function namesOf(routeId: string, country: string, operator: string | undefined): string[] {
  const wide = [`${routeId}/${country}`, routeId];
  return operator === undefined ? wide : [`${routeId}/${country}/${operator}`, ...wide];
}

/** The attempts nearest in time, as a range of the line. */
function nearest({ at: times }: Line, at: number, reachMs: number): [low: number, high: number] {
  let low = firstFrom(times, at);
  let high = low;
  while (high - low < NEAREST) {
    const before = low > 0 ? at - times[low - 1]! : Infinity;
    const behind = high < times.length ? times[high]! - at : Infinity;
    if (Math.min(before, behind) > reachMs || (before === Infinity && behind === Infinity)) break;
    if (before <= behind) low -= 1;
    else high += 1;
  }
  return [low, high];
}

function firstFrom(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function spread({ weight }: Line, low: number, high: number, each: number): void {
  weight[low] = (weight[low] ?? 0) + each;
  weight[high] = (weight[high] ?? 0) - each;
}

/** p(1 − p), not 0 because a few went all the same way. */
function smooth(rate: number, count: number): number {
  const drawn = (rate * count + 1) / (count + 2);
  return drawn * (1 - drawn);
}
