import { freePort } from '../../../src/db/embedded/free-port.ts';
import type { Ground } from './ground.ts';
import { startOtpost, type OtpostProcess } from './otpost.ts';
import type { Platform } from './platform.ts';

/** The simulator as its users run it. */
export async function startSimulator(
  ground: Ground,
  platform: Platform,
): Promise<OtpostProcess & { smppPort: number }> {
  const smppPort = await freePort();
  const ports = { SIMULATOR_PORT: '0', SIMULATOR_SMPP_PORT: String(smppPort) };
  const simulator = await startOtpost(ground, platform, { role: 'simulator', env: ports });
  return Object.assign(simulator, { smppPort });
}
