import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ProxyHeader, ProxyTrust } from './http/client-address.ts';
import { ORIGIN_RULE, readOrigin } from './http/origins.ts';
import { readContact } from './http/security-txt.ts';
import { isNetwork } from './outgoing/networks.ts';

const PORT_RANGE = 'a port is a whole number from 0 to 65535';
const port = z.coerce.number(PORT_RANGE).int(PORT_RANGE).min(0, PORT_RANGE).max(65_535, PORT_RANGE);
const flag = z.enum(['on', 'off']).transform((value) => value === 'on');
const list = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));
const ROLES = ['api', 'worker', 'simulator'] as const;
export type Role = (typeof ROLES)[number];

const roles = list.pipe(z.array(z.enum(ROLES)).min(1));

const networks = list.pipe(
  z.array(z.string().refine(isNetwork, 'a network is written 10.20.0.0/16, none wider than /8 or /7')),
);

const proxyTrust = z.union(
  [
    z
      .string()
      .regex(/^[1-9]$/)
      .transform((text): ProxyTrust => ({ by: 'hops', hops: Number(text) })),
    networks.transform((cidrs): ProxyTrust => ({ by: 'networks', networks: cidrs })),
  ],
  'it is a number of proxies from 1 to 9, or their networks, written 10.20.0.0/16',
);

const origins = list.pipe(
  z.array(
    z
      .string()
      .refine((text) => readOrigin(text) !== undefined, ORIGIN_RULE)
      .transform((text) => readOrigin(text)!),
  ),
);

const contact = z
  .string()
  .refine(
    (text) => readContact(text) !== undefined,
    'it is an address of mail, or a URI: mailto:, https: or tel:',
  )
  .transform((text) => readContact(text)!);

/**
 * Every variable, once: the README's table, `--help` and the parser are this list.
 * `default` is a text, as it would stand in the environment.
 */
export const VARIABLES = {
  PORT: { schema: port, default: '4000', about: 'Port of the API and GraphiQL; 0 takes a free one.' },
  HOST: { schema: z.string().min(1), default: '127.0.0.1', about: 'Address to listen on.' },
  ROLES: {
    schema: roles,
    default: 'api,worker,simulator',
    about: 'What this process does. `simulator` brings carriers, handsets and the demo account.',
  },
  DATABASE_URL: {
    schema: z.union([z.literal('embedded'), z.url({ protocol: /^postgres(ql)?$/ })]),
    default: 'embedded',
    about: 'PostgreSQL 15 or newer; `embedded` runs one in DATA_DIR.',
  },
  DATABASE_POOL_SIZE: {
    schema: z.coerce.number().int().min(3).max(500),
    default: '10',
    about: 'Connections to PostgreSQL per process.',
  },
  REDIS_URL: {
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    default: undefined,
    about:
      'Redis 7 or newer, needed when several processes share the work; without it the bus is in process.',
  },
  REDIS_PREFIX: {
    schema: z.string().min(1).max(40),
    default: 'otpost',
    about: 'Put before every Redis channel, so that installations can share a Redis.',
  },
  OTPOST_KEYS: {
    schema: z.string().optional(),
    default: undefined,
    about:
      'Root keys, `id:base64,…,index:base64`, 32 bytes each. Made in DATA_DIR unless NODE_ENV is production.',
  },
  DATA_DIR: {
    schema: z.string().min(1),
    default: '.data',
    about: 'Where the embedded database, the made keys and dev.json live.',
  },
  SIMULATOR_PORT: {
    schema: port,
    default: '4100',
    about: 'Port of the simulated handsets; 0 takes a free one.',
  },
  SIMULATOR_SMPP_PORT: {
    schema: port,
    default: '2775',
    about: 'Port of the simulated SMSC; 0 takes a free one.',
  },
  SIMULATOR_HOST: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'Name under which workers reach the simulator; HOST when not set.',
  },
  GRAPHIQL: {
    schema: flag.optional(),
    default: undefined,
    about: 'on or off; on unless NODE_ENV is production.',
  },
  INTROSPECTION: {
    schema: flag.optional(),
    default: undefined,
    about: 'on or off; on unless NODE_ENV is production.',
  },
  ALLOWED_ORIGINS: {
    schema: origins.optional(),
    default: undefined,
    about: 'Browser origins that may call the API and open sockets, separated by commas; all when not set.',
  },
  ALLOWED_HOSTS: {
    schema: list.pipe(z.array(z.string().regex(/^[\w.-]+$/, 'a host is a name without a port'))).optional(),
    default: undefined,
    about:
      'More names under which the pages of GraphiQL and the simulator may be opened, separated by commas. Addresses, localhost, HOST and the name in PUBLIC_URL are fine anyway.',
  },
  TRUST_PROXY: {
    schema: proxyTrust.optional(),
    default: undefined,
    about:
      'Whose word on where a request came from is taken: the networks of your proxies, e.g. 10.0.0.0/8, separated by commas, or how many of them stand in front. Nobody when not set.',
  },
  PROXY_HEADER: {
    schema: z.enum(['x-forwarded-for', 'forwarded']),
    default: 'x-forwarded-for',
    about: 'Where those proxies write it: x-forwarded-for or forwarded. The other one is not read.',
  },
  MAX_CONNECTIONS: {
    schema: z.coerce.number().int().min(10).max(1_000_000),
    default: '20000',
    about: 'Connections over HTTP and WebSocket that a process holds at a time.',
  },
  SECURITY_CONTACT: {
    schema: contact.optional(),
    default: undefined,
    about:
      'Whom to tell of a hole, for /.well-known/security.txt: an address of mail or a URI. The Otpost project when not set.',
  },
  PUBLIC_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .refine((url) => !/[?#]/.test(url), 'paths are put behind it, so it has no ? and no #')
      .optional(),
    default: undefined,
    about:
      'Where the world reaches the API: carriers send their receipts there. http://localhost:PORT when not set.',
  },
  OTPOST_PRIVATE_NETWORKS: {
    schema: networks.optional(),
    default: undefined,
    about:
      'Networks of your own that HTTP carriers and number lookups may be in, e.g. 10.20.0.0/16, separated by commas; none when not set.',
  },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
    default: undefined,
    about: 'trace, debug, info, warn, error or silent; info in production, else warn.',
  },
  DRAIN_SECONDS: {
    schema: z.coerce.number().min(0).max(300),
    default: '10',
    about: 'How long a shutdown waits for submits under way.',
  },
  NODE_ENV: {
    schema: z.string().optional(),
    default: undefined,
    about: '`production` makes OTPOST_KEYS required and closes GraphiQL.',
  },
} as const satisfies Record<string, { schema: z.ZodType; default: string | undefined; about: string }>;

export interface Config {
  port: number;
  host: string;
  roles: readonly Role[];
  /** `embedded` or a URL. */
  databaseUrl: string;
  databasePoolSize: number;
  redisUrl: string | undefined;
  redisPrefix: string;
  /** As in the environment; undefined means: made in `dataDir`. */
  keys: string | undefined;
  dataDir: string;
  simulator: { httpPort: number; smppPort: number; host: string };
  graphiql: boolean;
  introspection: boolean;
  /** Browser origins; undefined allows all. */
  allowedOrigins: readonly string[] | undefined;
  /** Names under which pages may be opened, in lower case; addresses and localhost go without saying. */
  ownHosts: ReadonlySet<string>;
  trustProxy: ProxyTrust;
  proxyHeader: ProxyHeader;
  maxConnections: number;
  /** A URI. */
  securityContact: string | undefined;
  /** Without a slash at its end. */
  publicUrl: string;
  /** In CIDR form. */
  privateNetworks: readonly string[];
  logLevel: string;
  drainMs: number;
}

/** A configuration that cannot work, in one line that says what to do. */
export class InvalidConfig extends Error {}

/** @throws {InvalidConfig} that names the variable */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const read = <Name extends keyof typeof VARIABLES>(
    name: Name,
  ): z.output<(typeof VARIABLES)[Name]['schema']> => {
    const variable = VARIABLES[name];
    const text = env[name]?.trim() || undefined;
    const result = variable.schema.safeParse(text ?? variable.default);
    if (!result.success) {
      const shown = name === 'OTPOST_KEYS' || name.endsWith('_URL') ? '' : ` ${JSON.stringify(text)}`;
      throw new InvalidConfig(
        `${name}${shown} is not right: ${result.error.issues[0]!.message}. ${variable.about}`,
      );
    }
    return result.data as z.output<(typeof VARIABLES)[Name]['schema']>;
  };
  const production = read('NODE_ENV') === 'production';
  const keys = read('OTPOST_KEYS');
  if (keys === undefined && production) {
    throw new InvalidConfig(
      'OTPOST_KEYS is not set. In production the keys come from you: OTPOST_KEYS="k1:$(openssl rand -base64 32),index:$(openssl rand -base64 32)"',
    );
  }
  const publicUrl = (read('PUBLIC_URL') ?? `http://localhost:${read('PORT')}`).replace(/\/+$/, '');
  const simulatorHost = read('SIMULATOR_HOST') ?? read('HOST');
  const ownHosts = [
    ...(read('ALLOWED_HOSTS') ?? []),
    read('HOST'),
    simulatorHost,
    new URL(publicUrl).hostname,
  ];
  return {
    port: read('PORT'),
    host: read('HOST'),
    roles: read('ROLES'),
    databaseUrl: read('DATABASE_URL'),
    databasePoolSize: read('DATABASE_POOL_SIZE'),
    redisUrl: read('REDIS_URL'),
    redisPrefix: read('REDIS_PREFIX'),
    keys,
    dataDir: read('DATA_DIR'),
    simulator: {
      httpPort: read('SIMULATOR_PORT'),
      smppPort: read('SIMULATOR_SMPP_PORT'),
      host: simulatorHost,
    },
    graphiql: read('GRAPHIQL') ?? !production,
    introspection: read('INTROSPECTION') ?? !production,
    allowedOrigins: read('ALLOWED_ORIGINS'),
    ownHosts: new Set(ownHosts.map((name) => name.toLowerCase())),
    trustProxy: read('TRUST_PROXY') ?? { by: 'nobody' },
    proxyHeader: read('PROXY_HEADER'),
    maxConnections: read('MAX_CONNECTIONS'),
    securityContact: read('SECURITY_CONTACT'),
    publicUrl,
    privateNetworks: read('OTPOST_PRIVATE_NETWORKS') ?? [],
    logLevel: read('LOG_LEVEL') ?? (production ? 'info' : 'warn'),
    drainMs: read('DRAIN_SECONDS') * 1000,
  };
}

/** What `--help` prints. */
export function helpText(): string {
  const version = (
    JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  ).version;
  const lines = Object.entries(VARIABLES).map(
    ([name, v]) =>
      `  ${name.padEnd(23)} ${v.about}${v.default === undefined ? '' : ` Default: ${v.default}`}`,
  );
  return `Otpost ${version}: phone verification over your own SMS carriers.

Usage: npm start [-- --help]

Everything is set by environment variables:
${lines.join('\n')}
`;
}

/** Where a server of the same environment keeps its data, for the programs beside it. */
export function dataDirOfEnvironment(): string {
  return process.env.DATA_DIR?.trim() || VARIABLES.DATA_DIR.default;
}

/** What a child process needs of our environment to find its way; everything else are its own defaults. */
export function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
