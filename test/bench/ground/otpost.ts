import { freePort } from '../../../src/db/embedded/free-port.ts';
import type { Ground } from './ground.ts';
import type { Platform } from './platform.ts';
import type { BenchProcess } from './processes.ts';
import type { Probe } from './probe.ts';

export interface OtpostProcess extends BenchProcess<Probe> {
  /** Where its API is, for the role `api`. */
  url: string;
}

interface Role {
  role: 'api' | 'worker' | 'simulator';
  env?: Readonly<Record<string, string>>;
}

const PROBE = new URL('probe.ts', import.meta.url).href;

/** `node src/main.ts` in one role, as it runs in production. */
export async function startOtpost(
  ground: Ground,
  platform: Platform,
  { role, env = {} }: Role,
): Promise<OtpostProcess> {
  const port = await freePort();
  const flags = ['--import', PROBE, '--expose-gc'];
  if (ground.profileDir !== undefined)
    flags.push(
      '--cpu-prof',
      `--cpu-prof-dir=${ground.profileDir}`,
      `--cpu-prof-name=${role}-${port}.cpuprofile`,
    );
  const started = await ground.processes.start<Probe>({
    entry: 'src/main.ts',
    flags,
    env: { ...platform.env, ROLES: role, PORT: String(port), ...env },
    ready: /^Otpost is ready/,
  });
  return Object.assign(started, { url: `http://127.0.0.1:${port}/graphql` });
}

export function startApi(ground: Ground, platform: Platform): Promise<OtpostProcess> {
  return startOtpost(ground, platform, { role: 'api' });
}
