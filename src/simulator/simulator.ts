import { urlAt } from '../http/url-of.ts';
import { SimulatedCarriers } from './carriers.ts';
import { type HandsetLimits, Handsets } from './handsets.ts';
import { createSimulatorHttp } from './http.ts';
import type { ProfileName } from './profile.ts';
import type { NamedProfile, ProfileChange } from './profile-change.ts';
import { parseProfileChange } from './profile-change.ts';
import { createSmsc } from './smsc.ts';

export interface SimulatorOptions {
  /** 0 takes a free one. */
  smppPort: number;
  /** 0 takes a free one. */
  httpPort: number;
  /** Default `127.0.0.1`: whoever reaches the simulator reads every code. */
  host?: string;
  /** Names under which the handsets may be opened, in lower case, besides addresses and localhost. */
  ownHosts?: ReadonlySet<string>;
  /** Profiles by system id, e.g. `{ 'demo-a': 'normal' }`; the name of a profile binds with that profile anyway. */
  profiles?: Readonly<Record<string, ProfileName | NamedProfile>>;
  /** When given, every bind must know it. */
  password?: string;
  handsets?: HandsetLimits;
  /** Epoch milliseconds; default the system's clock. */
  clock?: () => number;
  /** Uniform in [0, 1); default not repeatable. */
  random?: () => number;
}

export interface Simulator extends AsyncDisposable {
  readonly smppPort: number;
  readonly httpPort: number;
  /** Where the handsets are, e.g. `http://127.0.0.1:4775`, without a slash at its end. */
  readonly url: string;
  /** What the handsets show. */
  readonly handsets: Handsets;
  /**
   * Changes how a carrier behaves, from its next submit on.
   * @throws {InvalidProfileChange}
   */
  change(systemId: string, to: ProfileName | ProfileChange): void;
  /** Unbinds every session and frees both ports. */
  close(): Promise<void>;
}

/**
 * Carriers to run the whole product against without one: an SMSC and its handsets.
 * @throws when one of the ports cannot be listened on
 */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1';
  const carriers = new SimulatedCarriers(options.profiles ?? {});
  const handsets = new Handsets(options.handsets);
  const smsc = await createSmsc({
    port: options.smppPort,
    host,
    profileFor: (systemId) => carriers.profileFor(systemId),
    handsets,
    clock: options.clock ?? Date.now,
    random: options.random ?? Math.random,
    ...(options.password !== undefined && { password: options.password }),
  });
  const http = await createSimulatorHttp({
    port: options.httpPort,
    host,
    ownHosts: options.ownHosts ?? new Set(),
    handsets,
    carriers,
    smsc,
  }).catch(async (error: unknown) => {
    await smsc.close();
    throw error;
  });
  const close = async () => {
    await Promise.all([http.close(), smsc.close()]);
  };
  return {
    smppPort: smsc.port,
    httpPort: http.port,
    url: urlAt(host, http.port),
    handsets,
    change(systemId, to) {
      carriers.change(systemId, parseProfileChange(typeof to === 'string' ? { profile: to } : to));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
