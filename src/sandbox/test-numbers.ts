/** What becomes of a test, by the number that it goes to. */
export type SandboxOutcome =
  'delivered' | 'undelivered' | 'delayed' | 'rejected' | 'lost' | 'blocked' | 'expired';

/** By the digit behind `555-01`. Not 2: 555-0123 is what everybody takes for an example. */
const OUTCOMES: readonly (readonly [digit: number, outcome: SandboxOutcome])[] = [
  [0, 'delivered'],
  [3, 'undelivered'],
  [4, 'delayed'],
  [5, 'rejected'],
  [6, 'lost'],
  [7, 'blocked'],
  [8, 'expired'],
];
const BY_DIGIT: ReadonlyMap<number, SandboxOutcome> = new Map(OUTCOMES);

// 555-0100 to 555-0199 of every area of the North American plan are set aside for fiction (ATIS-0300048): valid in
// their form, and nobody's.
const FICTIONAL = /^\+1[2-9]\d\d55501(\d)\d$/;

/** The outcome that a number asks for; every number that asks for none is delivered to. */
export function outcomeOf(e164: string): SandboxOutcome {
  const digit = FICTIONAL.exec(e164)?.[1];
  return (digit !== undefined && BY_DIGIT.get(Number(digit))) || 'delivered';
}

/** Ten numbers that ask for the same outcome. */
export interface SandboxNumbers {
  outcome: SandboxOutcome;
  first: string;
  last: string;
}

/** Those of one area; with any other area code they do the same. */
export function sandboxNumbers(): SandboxNumbers[] {
  return OUTCOMES.map(([digit, outcome]) => ({
    outcome,
    first: `+120255501${digit}0`,
    last: `+120255501${digit}9`,
  }));
}

/** How long a verification of `expired` is valid. */
export const EXPIRES_AFTER_MS = 3_000;
/** When the receipt of `delayed` comes. */
export const DELAYED_MS = 20_000;
