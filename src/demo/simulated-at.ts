import type { Outside } from '../carriers/open-carrier.ts';
import type { Config } from '../config.ts';
import type { Simulator } from '../simulator/simulator.ts';

/**
 * Where carriers may be because the simulator is there: that of this process on this machine, or the one that
 * `SIMULATOR_HOST` names. Its port alone, for other services listen on the same address.
 */
export function simulatedAt(
  { simulator: { host, smppPort, isNamed } }: Config,
  simulator: Simulator | undefined,
): Outside['simulator'] {
  if (simulator) return { hosts: [host, '127.0.0.1', '::1', 'localhost'], port: simulator.smppPort };
  return isNamed ? { hosts: [host], port: smppPort } : undefined;
}
