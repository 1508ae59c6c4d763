import type { Networks } from '../../outgoing/networks.ts';
import type { CarrierKind } from '../kind.ts';
import type { Outside } from '../outside.ts';
import { createSmppCarrier } from './carrier.ts';
import { SmppCarrierConfig } from './config.ts';
import { linkOptions } from './link-options.ts';

/** SMPP v3.4 §4.1.1: nine octets with the one that ends it. */
const BIND_PASSWORD = /^[\x20-\x7e]{0,8}$/;

export const SMPP = {
  kind: 'smpp',
  graphql: {
    name: 'Smpp',
    protocol: 'SMPP',
    carrier: 'A carrier that speaks SMPP v3.4.',
    connecting: 'Adds a carrier over SMPP; every worker binds at once.',
    config: 'typed',
  },
  config: SmppCarrierConfig,
  addressOf: ({ host, port }) => `${host}:${port}`,
  targets: (config, outside) => [
    { path: 'host', host: config.host, rules: { own: networksOf(outside, config) } },
  ],
  secretsOf: () => [{ name: 'password', path: 'config' }],
  secretsMayBeEmpty: true,
  secretProblem: (password) =>
    BIND_PASSWORD.test(password) ? undefined : 'The password of a bind has at most 8 characters of ASCII.',
  // Many carriers refuse a bind while one of before is there.
  bindsOnceOldIsGone: true,
  reports: () => true,
  callbacks: () => undefined,
  open({ config, secrets, outside, names, formMemory, id, name, clock, random }, events) {
    return createSmppCarrier(
      {
        ...{ id, name, clock, random, formMemory },
        networks: networksOf(outside, config),
        password: secrets.password!,
        numberMark: names.markOf,
        ...linkOptions(config),
      },
      events,
    );
  },
} as const satisfies CarrierKind<SmppCarrierConfig>;

// But for metadata services, which nobody's networks include.
const ANYWHERE: Networks = { includes: () => true };

function networksOf(
  { networks, simulator }: Pick<Outside, 'networks' | 'simulator'>,
  { host, port }: { host: string; port: number },
): Networks {
  return simulator?.port === port && simulator.hosts.includes(host) ? ANYWHERE : networks;
}
