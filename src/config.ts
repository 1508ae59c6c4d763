import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisTlsFiles } from './bus/redis-tls.ts';
import { readPasskeys, type PasskeyConfig } from './config/passkeys.ts';
import type { Role } from './config/values.ts';
import type { z } from 'zod';
import { VARIABLES } from './config/variables.ts';
import type { VaultSettings } from './crypto/open-key-encryption.ts';
import type { ProxyHeader, ProxyTrust } from './http/client-address.ts';
import { isLoopback, reachableHost } from './http/url-of.ts';
import type { Rates } from './config/rates.ts';

export interface Config {
  port: number;
  host: string;
  roles: readonly Role[];
  /** `embedded` or a URL. */
  databaseUrl: string;
  databasePoolSize: number;
  redisUrl: string | undefined;
  redisPrefix: string;
  redisTls: RedisTlsFiles;
  /** Where this installation is; undefined: its accounts may be anywhere. */
  region: string | undefined;
  /** As in the environment; undefined means: made in `dataDir`. */
  keys: string | undefined;
  keysFile: string | undefined;
  keysRereadMs: number;
  /** How the Vault is spoken to that `keys` may name. */
  vault: VaultSettings;
  dataDir: string;
  erasures: { file: string; backupDays: number };
  simulator: {
    httpPort: number;
    smppPort: number;
    host: string;
    /** Whether it may be another process: its host was given, or this is development, on this machine. */
    mayBeElsewhere: boolean;
  };
  /** Of the example app, in development. */
  examplePort: number;
  graphiql: boolean;
  introspection: boolean;
  /** A file or directory with the only operations that are run. */
  trustedDocuments: string | undefined;
  /** Browser origins; undefined allows all. */
  allowedOrigins: readonly string[] | undefined;
  /** Names under which pages may be opened, in lower case; addresses and localhost go without saying. */
  ownHosts: ReadonlySet<string>;
  trustProxy: ProxyTrust;
  proxyHeader: ProxyHeader;
  maxConnections: number;
  maxSocketsPerAddress: number;
  maxSocketsPerAccount: number;
  rates: Rates;
  /** A URI. */
  securityContact: string | undefined;
  /** Without a slash at its end. */
  publicUrl: string;
  /** Undefined: no e-mail is sent. */
  mail: { url: string; from: string } | undefined;
  passkeys: PasskeyConfig;
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
  const keysFile = read('OTPOST_KEYS_FILE');
  if (keys !== undefined && keysFile !== undefined)
    throw new InvalidConfig('OTPOST_KEYS and OTPOST_KEYS_FILE are both set. Give the keys in one of them.');
  if (keys === undefined && keysFile === undefined && production) {
    throw new InvalidConfig(
      'OTPOST_KEYS is not set. In production the keys come from you: OTPOST_KEYS="k1:$(openssl rand -base64 32)", or OTPOST_KEYS_FILE',
    );
  }
  const trustedDocuments = read('TRUSTED_DOCUMENTS');
  if (trustedDocuments !== undefined && read('GRAPHIQL') === true)
    throw new InvalidConfig(
      'GRAPHIQL is on, and TRUSTED_DOCUMENTS lets nobody write an operation. Leave one of them out.',
    );
  const publicUrl = (read('PUBLIC_URL') ?? `http://localhost:${read('PORT')}`).replace(/\/+$/, '');
  const simulatorHost = read('SIMULATOR_HOST') ?? reachableHost(read('HOST'));
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
    redisTls: { ca: read('REDIS_CA_FILE'), cert: read('REDIS_CERT_FILE'), key: read('REDIS_KEY_FILE') },
    region: read('REGION'),
    keys,
    keysFile,
    keysRereadMs: read('KEYS_REREAD_SECONDS') * 1000,
    vault: {
      namespace: read('VAULT_NAMESPACE'),
      caFile: read('VAULT_CACERT'),
      tokenFile: read('VAULT_TOKEN_FILE'),
      roleId: read('VAULT_ROLE_ID'),
      secretIdFile: read('VAULT_SECRET_ID_FILE'),
    },
    dataDir: read('DATA_DIR'),
    erasures: {
      file: read('ERASURES_FILE') ?? join(read('DATA_DIR'), 'erasures.ndjson'),
      backupDays: read('BACKUP_DAYS'),
    },
    simulator: {
      httpPort: read('SIMULATOR_PORT'),
      smppPort: read('SIMULATOR_SMPP_PORT'),
      host: simulatorHost,
      mayBeElsewhere: read('SIMULATOR_HOST') !== undefined || (!production && isLoopback(simulatorHost)),
    },
    examplePort: read('EXAMPLE_PORT'),
    trustedDocuments,
    graphiql: read('GRAPHIQL') ?? !(production || trustedDocuments !== undefined),
    introspection: read('INTROSPECTION') ?? !production,
    allowedOrigins: read('ALLOWED_ORIGINS'),
    ownHosts: new Set(ownHosts.map((name) => name.toLowerCase())),
    trustProxy: read('TRUST_PROXY') ?? { by: 'nobody' },
    proxyHeader: read('PROXY_HEADER'),
    maxConnections: read('MAX_CONNECTIONS'),
    maxSocketsPerAddress: read('MAX_SOCKETS_PER_ADDRESS'),
    maxSocketsPerAccount: read('MAX_SOCKETS_PER_ACCOUNT'),
    rates: {
      credential: read('RATE_LIMIT_CREDENTIAL'),
      account: read('RATE_LIMIT_ACCOUNT'),
      clientToken: read('RATE_LIMIT_CLIENT_TOKEN'),
      stranger: read('RATE_LIMIT_STRANGER'),
      search: read('RATE_LIMIT_SEARCH'),
    },
    securityContact: read('SECURITY_CONTACT'),
    publicUrl,
    passkeys: passkeysOf(read('PASSKEY_RP_ID'), publicUrl, read('ALLOWED_ORIGINS')),
    mail: readMail(read('SMTP_URL'), read('MAIL_FROM')),
    privateNetworks: read('OTPOST_PRIVATE_NETWORKS') ?? [],
    logLevel: read('LOG_LEVEL') ?? (production ? 'info' : 'warn'),
    drainMs: read('DRAIN_SECONDS') * 1000,
  };
}

/** @throws {InvalidConfig} */
function passkeysOf(...said: Parameters<typeof readPasskeys>): PasskeyConfig {
  const passkeys = readPasskeys(...said);
  if (passkeys.origins.length === 0)
    throw new InvalidConfig(
      `PASSKEY_RP_ID ${passkeys.rpId} is the name of neither PUBLIC_URL nor one of ALLOWED_ORIGINS, nor are they below it: no passkey would work.`,
    );
  return passkeys;
}

/** @throws {InvalidConfig} */
function readMail(url: string | undefined, from: string | undefined): Config['mail'] {
  if (url === undefined) return undefined;
  if (from === undefined)
    throw new InvalidConfig('SMTP_URL is set and MAIL_FROM is not: who sends the e-mail?');
  return { url, from };
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
