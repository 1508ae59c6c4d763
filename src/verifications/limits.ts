import type { ServiceSettings } from '../services/settings.ts';
import type { SendLimits } from './verification.ts';

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
