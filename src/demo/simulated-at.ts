import type { Config } from '../config.ts';
import { isLoopback, LOOPBACK } from '../http/url-of.ts';
import type { Place } from '../outgoing/networks.ts';
import type { Simulator } from '../simulator/simulator.ts';

/**
 * Where carriers may be because the simulator is there: that of this process on this machine, the one that
 * `SIMULATOR_HOST` names, or in development another process on this machine. Its port alone, for other services
 * listen on the same address.
 */
export function simulatedAt(
  { simulator: { host, smppPort, mayBeElsewhere } }: Config,
  simulator: Simulator | undefined,
): Place | undefined {
  if (simulator) return { hosts: [host, ...LOOPBACK], port: simulator.smppPort };
  return mayBeElsewhere ? { hosts: isLoopback(host) ? LOOPBACK : [host], port: smppPort } : undefined;
}
