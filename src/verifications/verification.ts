/**
 * What may happen to a verification, as pure decisions: no clock, no chance, no I/O.
 * Times are epoch milliseconds.
 */
export type VerificationStatus =
  'pending' | 'approved' | 'canceled' | 'expired' | 'max_checks_reached' | 'failed';

/** How the code travels: to the handset, or from it to one of our numbers. */
export const CHANNELS = ['sms', 'inbound_sms'] as const;

export type Channel = (typeof CHANNELS)[number];

export function isChannel(value: unknown): value is Channel {
  return (CHANNELS as readonly unknown[]).includes(value);
}

/** The channel that comes behind another one; undefined when that is the last one, or not among them. */
export function nextChannel(channels: readonly Channel[], current: Channel): Channel | undefined {
  const at = channels.indexOf(current);
  return at === -1 ? undefined : channels[at + 1];
}

export type FailureReason =
  /** Carriers refuse the number for good. */
  | 'undeliverable'
  /** No route is set up that could take it: whoever runs the service can mend that. */
  | 'no_route'
  | 'blocked';

/** A pending verification: the only kind that can still change. */
export interface Pending {
  checksUsed: number;
  maxChecks: number;
  expiresAt: number;
}

export type Settled = Exclude<VerificationStatus, 'pending'>;

export type CheckOutcome =
  | { kind: 'approved' }
  | { kind: 'wrongCode'; checksLeft: number }
  | { kind: 'exhausted' }
  | { kind: 'expired' };

/** Decides one check of a pending verification. A check costs one of `maxChecks`, right or wrong. */
export function decideCheck(v: Pending, matches: boolean, now: number): CheckOutcome {
  if (now >= v.expiresAt) return { kind: 'expired' };
  if (matches) return { kind: 'approved' };
  const checksLeft = v.maxChecks - v.checksUsed - 1;
  return checksLeft > 0 ? { kind: 'wrongCode', checksLeft } : { kind: 'exhausted' };
}

/** How often a destination may be sent to; every rule belongs to the service. */
export interface SendLimits {
  maxSends: number;
  sendWindowMs: number;
  maxSendsPerDay: number;
  coolDownMs: number;
  coolDownFactor: number;
}

export const DAY_MS = 86_400_000;

export type SendOutcome =
  | { kind: 'allowed'; sendsLeft: number; nextSendAt: number | undefined; recentSends: number[] }
  | { kind: 'tooMany'; nextSendAt: number };

/**
 * Decides whether a message may go to a destination now.
 * @param recentSends when the last ones went, oldest first
 * @returns when allowed: the sends with this one added, how many are left in the window, and when
 *   the next may go (undefined: at once)
 */
export function decideSend(limits: SendLimits, recentSends: readonly number[], now: number): SendOutcome {
  const earliest = earliestSend(limits, recentSends, now);
  if (earliest > now) return { kind: 'tooMany', nextSendAt: earliest };
  const sends = [...recentSends.filter((at) => at > now - DAY_MS), now];
  const next = earliestSend(limits, sends, now);
  return {
    kind: 'allowed',
    sendsLeft: sendsLeft(limits, sends, now),
    nextSendAt: next > now ? next : undefined,
    recentSends: sends,
  };
}

/** Sends that are left in the window, whatever the cool-down says. */
export function sendsLeft(limits: SendLimits, recentSends: readonly number[], now: number): number {
  const inWindow = recentSends.filter((at) => at > now - limits.sendWindowMs).length;
  const today = recentSends.filter((at) => at > now - DAY_MS).length;
  return Math.max(0, Math.min(limits.maxSends - inWindow, limits.maxSendsPerDay - today));
}

/** The first moment at which the window, the day and the cool-down all allow a send; `now` when they do already. */
export function earliestSend(limits: SendLimits, recentSends: readonly number[], now: number): number {
  const last = recentSends.at(-1);
  if (last === undefined) return now;
  // A window is full until enough of its oldest sends have left it.
  const windowOpens = (recentSends.at(-limits.maxSends) ?? -Infinity) + limits.sendWindowMs;
  const dayOpens = (recentSends.at(-limits.maxSendsPerDay) ?? -Infinity) + DAY_MS;
  return Math.max(now, last + coolDown(limits, recentSends, last), windowOpens, dayOpens);
}

/** The wait after a send: it grows with the sends of the window that ended with that one, up to the window's length. */
function coolDown(limits: SendLimits, recentSends: readonly number[], last: number): number {
  const inWindow = recentSends.filter((at) => at > last - limits.sendWindowMs).length;
  const grown = Math.ceil(limits.coolDownMs * limits.coolDownFactor ** (inWindow - 1));
  return Math.min(grown, Math.max(limits.coolDownMs, limits.sendWindowMs));
}
