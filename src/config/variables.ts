import { z } from 'zod';
import { HTTP_VARIABLES } from './http-variables.ts';
import { KEY_VARIABLES } from './key-variables.ts';
import { MAIL_VARIABLES } from './mail-variables.ts';
import { amount, networks, oneOf, port, roles, whole } from './values.ts';

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
    about:
      'PostgreSQL 15 or newer, encrypted as sslmode, sslrootcert, sslcert and sslkey say; `embedded` runs one in DATA_DIR.',
  },
  DATABASE_POOL_SIZE: {
    schema: whole(3, 500),
    default: '10',
    about: 'Connections to PostgreSQL per process; there are up to four more for other purposes.',
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
  REDIS_CA_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'Authorities (PEM) that vouch for Redis at a rediss:// URL; those of the system when not set.',
  },
  REDIS_CERT_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'A client certificate (PEM) for Redis.',
  },
  REDIS_KEY_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'Its private key (PEM).',
  },
  REGION: {
    schema: z
      .string()
      .toUpperCase()
      .regex(/^[A-Z]{2}$/, 'a region is two letters, e.g. EU or US')
      .optional(),
    default: undefined,
    about:
      'Where this installation is, e.g. EU: its accounts stay there, and accounts of another region are refused. Anywhere when not set.',
  },
  ...KEY_VARIABLES,
  ERASURES_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about:
      'Where it is written down whom to erase again from a backup that is put back: outside of the backups. In DATA_DIR when not set.',
  },
  BACKUP_DAYS: {
    schema: whole(1, 3_650),
    default: '35',
    about: 'For how long backups of the database are kept, at most; that long erasures are remembered.',
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
  EXAMPLE_PORT: {
    schema: port,
    default: '4200',
    about: 'Port of the example app, in development; 0 takes a free one.',
  },
  SIMULATOR_SMPP_PORT: {
    schema: port,
    default: '2775',
    about: 'Port of the simulated SMSC; 0 takes a free one.',
  },
  SIMULATOR_HOST: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about:
      'Name under which workers reach the simulator; HOST when not set. A carrier there needs no OTPOST_PRIVATE_NETWORKS; in development nor does one on this machine.',
  },
  ...HTTP_VARIABLES,
  ...MAIL_VARIABLES,
  OTPOST_PRIVATE_NETWORKS: {
    schema: networks.optional(),
    default: undefined,
    about:
      'Networks of your own that carriers, number lookups and webhooks may be in, e.g. 10.20.0.0/16, separated by commas; none when not set.',
  },
  LOG_LEVEL: {
    schema: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
    default: undefined,
    about: 'trace, debug, info, warn, error or silent; info in production, else warn.',
  },
  DRAIN_SECONDS: {
    schema: amount(0, 300),
    default: '10',
    about: 'How long a shutdown waits for submits under way.',
  },
  NODE_ENV: {
    schema: z.string().optional(),
    default: undefined,
    about: '`production` makes the keys required and closes GraphiQL.',
  },
} as const satisfies Record<string, { schema: z.ZodType; default: string | undefined; about: string }>;
