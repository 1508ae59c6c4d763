import { describe, expect, test } from 'vitest';
import { helpText, InvalidConfig, loadConfig } from '../../src/config.ts';
import { VARIABLES } from '../../src/config/variables.ts';

function refusal(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('loadConfig', () => {
  test('an empty environment is a laptop: everything in one process, on this machine only', () => {
    expect(loadConfig({})).toEqual({
      port: 4000,
      host: '127.0.0.1',
      roles: ['api', 'worker', 'simulator'],
      databaseUrl: 'embedded',
      databasePoolSize: 10,
      redisUrl: undefined,
      redisPrefix: 'otpost',
      redisTls: { ca: undefined, cert: undefined, key: undefined },
      region: undefined,
      keys: undefined,
      keysFile: undefined,
      keysRereadMs: 15_000,
      vault: {
        ...{ namespace: undefined, caFile: undefined, tokenFile: undefined },
        ...{ roleId: undefined, secretIdFile: undefined },
      },
      dataDir: '.data',
      erasures: { file: '.data/erasures.ndjson', backupDays: 35 },
      simulator: { httpPort: 4100, smppPort: 2775, host: '127.0.0.1', mayBeElsewhere: true },
      examplePort: 4200,
      trustedDocuments: undefined,
      graphiql: true,
      introspection: true,
      allowedOrigins: undefined,
      ownHosts: new Set(['127.0.0.1', 'localhost']),
      trustProxy: { by: 'nobody' },
      proxyHeader: 'x-forwarded-for',
      maxConnections: 20_000,
      maxSocketsPerAddress: 10_000,
      maxSocketsPerAccount: 10_000,
      rates: {
        credential: { units: 3_000_000, seconds: 60 },
        account: { units: 3_000_000, seconds: 60 },
        clientToken: { units: 300, seconds: 60 },
        stranger: { units: 600, seconds: 60 },
        search: { units: 60, seconds: 3_600 },
      },
      securityContact: undefined,
      publicUrl: 'http://localhost:4000',
      passkeys: { rpId: 'localhost', origins: ['http://localhost:4000'] },
      mail: undefined,
      privateNetworks: [],
      logLevel: 'warn',
      drainMs: 10_000,
    });
  });

  test('reads every variable', () => {
    const env: Record<keyof typeof VARIABLES, string> = {
      PORT: '0',
      HOST: '0.0.0.0',
      ROLES: 'api, worker',
      DATABASE_URL: 'postgres://user:pass@db:5432/otpost',
      DATABASE_POOL_SIZE: '40',
      REDIS_URL: 'rediss://:pass@redis:6380',
      REDIS_PREFIX: 'two',
      REDIS_CA_FILE: '/tls/ca.crt',
      REDIS_CERT_FILE: '/tls/client.crt',
      REDIS_KEY_FILE: '/tls/client.key',
      REGION: 'eu',
      OTPOST_KEYS: '',
      OTPOST_KEYS_FILE: '/run/secrets/otpost',
      KEYS_REREAD_SECONDS: '5',
      VAULT_TOKEN_FILE: '/run/secrets/vault-token',
      VAULT_ROLE_ID: 'otpost',
      VAULT_SECRET_ID_FILE: '/run/secrets/vault-secret-id',
      VAULT_NAMESPACE: 'teams/otp',
      VAULT_CACERT: '/tls/vault.crt',
      ERASURES_FILE: '/safe/erasures',
      BACKUP_DAYS: '90',
      DATA_DIR: '/var/lib/otpost',
      SIMULATOR_PORT: '4101',
      SIMULATOR_SMPP_PORT: '2776',
      SIMULATOR_HOST: 'simulator',
      EXAMPLE_PORT: '4201',
      GRAPHIQL: 'off',
      INTROSPECTION: 'off',
      ALLOWED_ORIGINS: 'https://a.example, https://b.example',
      ALLOWED_HOSTS: 'Dev.example, box',
      TRUST_PROXY: '10.0.0.0/8,fd00::/8',
      PROXY_HEADER: 'forwarded',
      TRUSTED_DOCUMENTS: '/etc/otpost/operations',
      MAX_CONNECTIONS: '500',
      MAX_SOCKETS_PER_ADDRESS: '30',
      MAX_SOCKETS_PER_ACCOUNT: '40',
      RATE_LIMIT_CREDENTIAL: '100/1',
      RATE_LIMIT_ACCOUNT: 'off',
      RATE_LIMIT_CLIENT_TOKEN: '20/10',
      RATE_LIMIT_STRANGER: '5/3600',
      RATE_LIMIT_SEARCH: 'off',
      SECURITY_CONTACT: 'security@otp.example',
      PUBLIC_URL: 'https://otp.example/',
      SMTP_URL: 'smtps://user:pass@smtp.example',
      MAIL_FROM: 'Otpost <otpost@otp.example>',
      PASSKEY_RP_ID: 'otp.example',
      OTPOST_PRIVATE_NETWORKS: '10.20.0.0/16, fd00::/8',
      LOG_LEVEL: 'debug',
      DRAIN_SECONDS: '2.5',
      NODE_ENV: 'production',
    };
    expect(loadConfig(env)).toEqual({
      port: 0,
      host: '0.0.0.0',
      roles: ['api', 'worker'],
      databaseUrl: 'postgres://user:pass@db:5432/otpost',
      databasePoolSize: 40,
      redisUrl: 'rediss://:pass@redis:6380',
      redisPrefix: 'two',
      redisTls: { ca: '/tls/ca.crt', cert: '/tls/client.crt', key: '/tls/client.key' },
      region: 'EU',
      keys: undefined,
      keysFile: '/run/secrets/otpost',
      keysRereadMs: 5_000,
      vault: {
        namespace: 'teams/otp',
        caFile: '/tls/vault.crt',
        tokenFile: '/run/secrets/vault-token',
        roleId: 'otpost',
        secretIdFile: '/run/secrets/vault-secret-id',
      },
      dataDir: '/var/lib/otpost',
      erasures: { file: '/safe/erasures', backupDays: 90 },
      simulator: { httpPort: 4101, smppPort: 2776, host: 'simulator', mayBeElsewhere: true },
      examplePort: 4201,
      trustedDocuments: '/etc/otpost/operations',
      graphiql: false,
      introspection: false,
      allowedOrigins: ['https://a.example', 'https://b.example'],
      ownHosts: new Set(['dev.example', 'box', '0.0.0.0', 'simulator', 'otp.example']),
      trustProxy: { by: 'networks', networks: ['10.0.0.0/8', 'fd00::/8'] },
      proxyHeader: 'forwarded',
      maxConnections: 500,
      maxSocketsPerAddress: 30,
      maxSocketsPerAccount: 40,
      rates: {
        credential: { units: 100, seconds: 1 },
        account: undefined,
        clientToken: { units: 20, seconds: 10 },
        stranger: { units: 5, seconds: 3_600 },
        search: undefined,
      },
      securityContact: 'mailto:security@otp.example',
      publicUrl: 'https://otp.example',
      passkeys: { rpId: 'otp.example', origins: ['https://otp.example'] },
      mail: { url: 'smtps://user:pass@smtp.example', from: 'Otpost <otpost@otp.example>' },
      privateNetworks: ['10.20.0.0/16', 'fd00::/8'],
      logLevel: 'debug',
      drainMs: 2_500,
    });
  });

  test('an empty or blank variable is one that is not set', () => {
    for (const nothing of ['', ' ']) {
      const env = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, nothing]));
      expect(loadConfig(env)).toEqual(loadConfig({}));
    }
  });

  test('production wants its keys given, and closes GraphiQL and introspection', () => {
    expect(refusal({ NODE_ENV: 'production' })).toMatch(/^OTPOST_KEYS is not set\..*openssl rand/);
    for (const keys of [{ OTPOST_KEYS: 'k1:…' }, { OTPOST_KEYS_FILE: '/run/secrets/otpost' }]) {
      const config = loadConfig({ NODE_ENV: 'production', ...keys });
      expect(config).toMatchObject({ graphiql: false, introspection: false, logLevel: 'info' });
      // Another program on this machine may be where the simulator would be.
      expect(config.simulator.mayBeElsewhere).toBe(false);
    }
  });

  test('keys are given in the environment or in a file, not in both', () => {
    expect(refusal({ OTPOST_KEYS: 'k1:…', OTPOST_KEYS_FILE: '/run/secrets/otpost' })).toMatch(
      /^OTPOST_KEYS and OTPOST_KEYS_FILE are both set\./,
    );
    expect(loadConfig({ OTPOST_KEYS: 'k1:…' }).keys).toBe('k1:…');
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '4000.5'],
    ['PORT', 'http'],
    ['ROLES', 'api,werker'],
    ['ROLES', ','],
    ['DATABASE_URL', 'mysql://db/otpost'],
    ['DATABASE_URL', 'localhost:5432'],
    ['DATABASE_POOL_SIZE', '1'],
    ['DATABASE_POOL_SIZE', 'many'],
    ['REDIS_URL', 'http://redis'],
    ['REDIS_PREFIX', 'x'.repeat(41)],
    ['SIMULATOR_PORT', '70000'],
    ['SIMULATOR_SMPP_PORT', 'smpp'],
    ['GRAPHIQL', 'true'],
    ['INTROSPECTION', 'yes'],
    ['ALLOWED_ORIGINS', 'https://app.example/'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_HOSTS', 'dev.example:4000'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['PROXY_HEADER', 'x-real-ip'],
    ['MAX_CONNECTIONS', '1'],
    ['MAX_SOCKETS_PER_ADDRESS', '0'],
    ['MAX_SOCKETS_PER_ACCOUNT', '-1'],
    ['RATE_LIMIT_CREDENTIAL', '100'],
    ['RATE_LIMIT_ACCOUNT', '0/60'],
    ['RATE_LIMIT_CLIENT_TOKEN', '1/0'],
    ['RATE_LIMIT_STRANGER', 'none'],
    ['SECURITY_CONTACT', 'javascript:alert(1)'],
    ['SECURITY_CONTACT', 'somebody'],
    ['PUBLIC_URL', 'otp.example'],
    ['PASSKEY_RP_ID', 'https://otp.example'],
    ['PUBLIC_URL', 'https://otp.example/?tenant=1'],
    ['OTPOST_PRIVATE_NETWORKS', '0.0.0.0/0'],
    ['OTPOST_PRIVATE_NETWORKS', '10.0.0.0/8,localhost'],
    ['LOG_LEVEL', 'verbose'],
    ['DRAIN_SECONDS', '-1'],
    ['DRAIN_SECONDS', 'Infinity'],
    ['DRAIN_SECONDS', 'soon\nor later'],
  ] as const)(
    'refuses %s=%j in one line that names it, says what is wrong and what it is for',
    (name, value) => {
      const said = refusal({ [name]: value });
      expect(said.startsWith(`${name} `)).toBe(true);
      expect(said).not.toContain('\n');
      expect(said.endsWith(VARIABLES[name].about)).toBe(true);
    },
  );

  test('takes passkeys from pages at or below their name, and refuses a name of none of them', () => {
    const env = {
      PUBLIC_URL: 'https://otp.example.com',
      ALLOWED_ORIGINS: 'https://console.example.com,https://notexample.com',
    };
    expect(loadConfig({ ...env, PASSKEY_RP_ID: 'example.com' }).passkeys).toEqual({
      rpId: 'example.com',
      origins: ['https://otp.example.com', 'https://console.example.com'],
    });
    expect(loadConfig(env).passkeys.origins).toEqual(['https://otp.example.com']);
    expect(refusal({ ...env, PASSKEY_RP_ID: 'example.org' })).toMatch(
      /^PASSKEY_RP_ID .*no passkey would work\.$/,
    );
  });

  test.each([
    ['DATABASE_URL', 'postgresq://otpost:hunter2@db/otpost'],
    ['REDIS_URL', 'http://:hunter2@redis'],
  ] as const)('does not repeat %s, which may hold a password', (name, value) => {
    expect(refusal({ [name]: value })).not.toContain('hunter2');
  });
});

test('--help lists every variable with its default, and what it does', () => {
  const help = helpText();
  for (const [name, { about, default: value }] of Object.entries(VARIABLES)) {
    const line = help.split('\n').find((one) => one.startsWith(`  ${name} `));
    expect(line, name).toContain(about);
    if (value !== undefined) expect(line).toContain(`Default: ${value}`);
  }
});
