import { createPolicy } from '../../../src/routing/policy.ts';
import { CODE_TTL_MS } from './fate.ts';
import { simulate } from './simulate.ts';
import { after, createSteadyWorld, type SteadyCarrier } from './steady.ts';
import type { Outage, ReceiptKind } from './world.ts';

const HOUR_MS = 3_600_000;
/** So many messages in a row elsewhere: the outage has been found. */
const ELSEWHERE = 20;

function createAdaptive() {
  return createPolicy({ strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: CODE_TTL_MS });
}

const OTHER_CARRIERS: readonly SteadyCarrier[] = [
  { reach: 0.85, price: 0.03, receipts: 'honest' },
  { reach: 0.8, price: 0.02, receipts: 'honest' },
  { reach: 0.75, price: 0.02, receipts: 'noisy' },
];

/** After an hour the best carrier goes silent. @returns the messages that it got before that was found */
export function countUntilFound(
  seed: number,
  messagesPerSecond: number,
  receipts: ReceiptKind,
  kind: Outage['kind'],
): number {
  const outage: Outage = { kind, from: after(HOUR_MS), to: after(2 * HOUR_MS) };
  const best: SteadyCarrier = { reach: 0.95, price: 0.03, receipts, outages: [outage] };
  const world = createSteadyWorld([best, ...OTHER_CARRIERS], { messagesPerSecond, hours: 1.4 });
  let sent = 0;
  let elsewhere = 0;
  simulate(world, seed, createAdaptive(), ({ at, tried }) => {
    if (at < outage.from || elsewhere >= ELSEWHERE) return;
    const hit = tried.includes(0);
    if (hit) sent += 1;
    elsewhere = hit ? 0 : elsewhere + 1;
  });
  return sent;
}

/** A cheap carrier that acknowledges everything and delivers little. @returns its share after 500 messages */
export function shareOfFaker(seed: number, messagesPerSecond: number): number {
  const faker: SteadyCarrier = { reach: 0.35, price: 0.005, receipts: 'faked' };
  const world = createSteadyWorld([faker, ...OTHER_CARRIERS], {
    messagesPerSecond,
    hours: 3_000 / messagesPerSecond / 3_600,
  });
  let messages = 0;
  let faked = 0;
  simulate(world, seed, createAdaptive(), ({ taken }) => {
    messages += 1;
    if (messages > 500 && taken === 0) faked += 1;
  });
  return faked / (messages - 500);
}
