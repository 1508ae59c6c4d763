import type { Mode } from '../accounts/mode.ts';
import type { ServiceSettings } from '../services/settings.ts';
import { decideSend, type SendLimits, type SendOutcome } from './verification.ts';

/** A service's send rules in milliseconds. */
export function sendLimits(settings: ServiceSettings): SendLimits {
  return {
    maxSends: settings.maxSends,
    sendWindowMs: settings.sendWindowSeconds * 1000,
    maxSendsPerDay: settings.maxSendsPerDay,
    coolDownMs: settings.coolDownSeconds * 1000,
    coolDownFactor: settings.coolDownFactor,
  };
}

interface Moded {
  mode: Mode;
}

/** Whether a message may go to a destination now. Tests may, always: there is nobody to protect from them. */
export function decideSendTo(
  { mode }: Moded,
  { recentSends }: { recentSends: readonly number[] },
  settings: ServiceSettings,
  now: number,
): SendOutcome {
  if (mode === 'live') return decideSend(sendLimits(settings), recentSends, now);
  return { kind: 'allowed', sendsLeft: settings.maxSends, nextSendAt: undefined, recentSends: [] };
}

/** Whether a destination had too many wrong codes in a row; of tests nobody counts them. */
export function isLocked(
  { mode }: Moded,
  { failedChecks }: { failedChecks: number },
  { lockAfterFailedChecks }: ServiceSettings,
): boolean {
  return mode === 'live' && failedChecks >= lockAfterFailedChecks;
}
