import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { ESLint } from 'eslint';
import { getFileInfo } from 'prettier';
import { describe, expect, test } from 'vitest';
import tseslint from 'typescript-eslint';

// The rules of the architecture are only worth something if they fire: each is broken here once, in a
// file that does not exist, and each has a neighbour that is allowed.

const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

async function broken(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  return result!.messages
    .map((message) => message.ruleId ?? message.message)
    .filter((rule) => rule !== '@typescript-eslint/no-unused-vars');
}

const IMPORT = 'no-restricted-imports';

test.each(['dist/sdk/index.js', 'dist/sdk/index.d.ts', 'dist/cli/otpost.js'])(
  'what is built is not looked at: %s',
  async (path) => {
    expect(await eslint.isPathIgnored(path)).toBe(true);
    expect(await getFileInfo(path, { ignorePath: ['.prettierignore', '.gitignore'] })).toMatchObject({
      ignored: true,
    });
  },
);

describe('1. a pure file', () => {
  test.each([
    ['I/O', `import { readFile } from 'node:fs/promises';`, IMPORT],
    ['a client', `import type { Sql } from '../db/client.ts';`, IMPORT],
    ['a verb', `import { startVerification } from './start.ts';`, IMPORT],
    ['a library', `import { z } from 'zod';`, IMPORT],
    ['a socket', `import { connect } from 'node:net';`, IMPORT],
    ['randomness', `import { randomBytes } from 'node:crypto';`, IMPORT],
    ['chance', `export const dice = () => Math.random();`, 'no-restricted-properties'],
    ['the clock', `export const now = () => Date.now();`, 'no-restricted-properties'],
    ['the time', `export const now = () => new Date();`, 'no-restricted-syntax'],
    ['a timer', `export const later = () => setTimeout(() => undefined, 1);`, 'no-restricted-globals'],
    ['the environment', `export const env = process.env.PATH;`, 'no-restricted-properties'],
  ])('may not use %s', async (_what, code, rule) => {
    expect(await broken('src/verifications/verification.ts', code)).toContain(rule);
    expect(await broken('src/routing/policy.ts', code)).toContain(rule);
    expect(await broken('src/carriers/smpp/codec.ts', code)).toContain(rule);
  });

  test('may import ids, other pure files and keyed derivation', async () => {
    const code = `
      import { createHmac } from 'node:crypto';
      import { BlockList } from 'node:net';
      import type { VerificationId } from '../ids.ts';
      import type { SubmitOutcome } from '../carriers/carrier.ts';
      import { sameCode } from './code.ts';
      export const later = (now: number) => new Date(now + 1);
      export { BlockList, createHmac, sameCode, type VerificationId, type SubmitOutcome };`;
    expect(await broken('src/verifications/verification.ts', code)).toEqual([]);
  });
});

describe('2. a graphql.ts', () => {
  test.each(['../db/client.ts', '../bus/bus.ts', '../carriers/registry.ts', '../crypto/seal.ts'])(
    'may not import %s, not even a type',
    async (path) => {
      const code = `import type { Thing } from '${path}';\nexport type { Thing };`;
      expect(await broken('src/verifications/graphql.ts', code)).toEqual([IMPORT]);
    },
  );

  test("may import the builder, its own feature and another feature's fields", async () => {
    const code = `
      import { builder } from '../graphql/builder.ts';
      import { RouteType } from '../routing/graphql.ts';
      import { CarrierType } from '../carriers/graphql.ts';
      import { cancelVerification } from './cancel.ts';
      export const used = [builder, RouteType, CarrierType, cancelVerification];`;
    expect(await broken('src/verifications/graphql.ts', code)).toEqual([]);
  });
});

describe("3. another feature's table", () => {
  const code = `import { verifications } from '../verifications/table.ts';\nexport const used = verifications;`;

  test('may not be imported by a verb, a field or a transport', async () => {
    for (const file of ['src/messages/dispatch.ts', 'src/messages/graphql.ts', 'src/graphql/server.ts'])
      expect(await broken(file, code)).toContain(IMPORT);
    const deeper = code.replace('../', '../../');
    expect(await broken('src/carriers/smpp/session.ts', deeper)).toContain(IMPORT);
  });

  test('may be imported by a table (foreign keys), by the relations, and by its own feature', async () => {
    expect(await broken('src/messages/table.ts', code)).toEqual([]);
    expect(await broken('src/db/relations.ts', code)).toEqual([]);
    expect(await broken('src/verifications/store.ts', code.replace('../verifications', '.'))).toEqual([]);
  });
});

describe('4. the platform', () => {
  test.each(['src/db/client.ts', 'src/bus/redis.ts', 'src/crypto/seal.ts', 'src/graphql/builder.ts'])(
    'may import no feature: %s',
    async (file) => {
      const code = `import type { Thing } from '../messages/message.ts';\nexport type { Thing };`;
      expect(await broken(file, code)).toContain(IMPORT);
    },
  );
});

describe('5. a client is constructed in app.ts alone', () => {
  const clients = [
    `import { Redis } from 'ioredis';\nexport const used = new Redis();`,
    `import postgres from 'postgres';\nexport const used = postgres();`,
    `import { connect } from '../db/client.ts';\nexport const used = connect;`,
  ];
  test.each(clients)('not in a verb, a transport or a feature: %s', async (code) => {
    for (const file of ['src/messages/dispatch.ts', 'src/graphql/server.ts', 'src/verifications/graphql.ts'])
      expect(await broken(file, code)).toContain(IMPORT);
  });

  test('in app.ts, and the types of clients everywhere', async () => {
    expect(await broken('src/app.ts', clients[2]!.replace('../', './'))).toEqual([]);
    const type = `import type { Sql } from '../db/client.ts';\nexport type { Sql };`;
    expect(await broken('src/messages/dispatch.ts', type)).toEqual([]);
  });

  test.each([
    `let count = 0;\nexport const next = () => ++count;`,
    `export let count = 0;\ncount++;`,
    `const seen = new Map<string, string>();\nexport const known = seen;`,
  ])('and nothing is kept at the level of a module: %s', async (code) => {
    expect(await broken('src/services/directory.ts', code)).toContain('no-restricted-syntax');
  });
});

describe('the house', () => {
  test('reads the environment in config.ts alone', async () => {
    const code = `export const port = process.env.PORT;`;
    expect(await broken('src/graphql/server.ts', code)).toEqual(['no-restricted-properties']);
    expect(await broken('src/config.ts', code)).toEqual([]);
  });

  test('goes aside in the database for what is read into memory alone', async () => {
    const code = `import type { App } from '../platform.ts';\nexport const read = (app: App) => app.aside.sql;`;
    for (const file of ['src/messages/dispatch.ts', 'src/accounts/residency.ts'])
      expect(await broken(file, code)).toEqual(['no-restricted-properties']);
    expect(await broken('src/accounts/cache.ts', code)).toEqual([]);
  });

  test('prints only from programs', async () => {
    expect(await broken('src/messages/dispatch.ts', `console.log('here');`)).toEqual(['no-console']);
    expect(await broken('src/main.ts', `console.log('here');`)).toEqual([]);
  });

  test('exports by name', async () => {
    expect(await broken('src/ids.ts', `export default 1;`)).toEqual(['no-restricted-syntax']);
  });
});

describe('the arrows between features', () => {
  test.each([
    ['no-cycles', 'src/messages/a.ts', 'src/messages/b.ts', 'circle'],
    ['never-back-to-messages', 'src/verifications/check.ts', 'src/messages/dispatch.ts'],
    ['never-back-to-messages', 'src/routing/health.ts', 'src/messages/dispatch.ts'],
    ['carriers-and-routing-know-no-verification', 'src/carriers/registry.ts', 'src/verifications/check.ts'],
    ['features-know-no-transport', 'src/verifications/check.ts', 'src/graphql/server.ts'],
    ['features-know-no-transport', 'src/messages/dispatch.ts', 'src/messages/graphql.ts'],
    ['platform-knows-no-feature', 'src/db/client.ts', 'src/messages/dispatch.ts'],
    ['platform-knows-no-feature', 'src/outgoing/lookup.ts', 'src/carriers/registry.ts'],
    ['features-know-no-transport', 'src/carriers/http/receive.ts', 'src/rest/receipts.ts'],
    ['never-back-to-messages', 'src/carriers/http/receive.ts', 'src/messages/settle.ts'],
    ['simulator-stands-alone', 'src/simulator/smsc.ts', 'src/verifications/check.ts'],
    ['nobody-imports-a-program', 'src/messages/dispatch.ts', 'src/app.ts'],
    ['server-needs-no-test', 'src/messages/dispatch.ts', 'test/support/until.ts'],
  ])('%s: %s → %s is refused', async (rule, from, to, circle?: string) => {
    const files = { [from]: `import '/${to}';`, [to]: circle ? `import '/${from}';` : '' };
    expect(await violations(files)).toContain(rule);
  });

  test('point from transports to features to the platform', async () => {
    const files = {
      'src/graphql/schema.ts': `import '/src/verifications/graphql.ts';`,
      'src/verifications/graphql.ts': `import '/src/graphql/builder.ts'; import '/src/verifications/check.ts';`,
      'src/verifications/check.ts': `import '/src/db/batch.ts'; import '/src/messages/store.ts';`,
      'src/messages/dispatch.ts': `import '/src/routing/policy.ts'; import '/src/verifications/store.ts';`,
      'src/graphql/builder.ts': '',
      'src/db/batch.ts': '',
      'src/messages/store.ts': '',
      'src/routing/policy.ts': '',
      'src/verifications/store.ts': '',
    };
    expect(await violations(files)).toEqual([]);
  });
});

/** Which rules a tree of files breaks; their imports begin at its root. */
async function violations(files: Record<string, string>): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'otpost-arrows-'));
  try {
    for (const [path, code] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), code.replaceAll("'/", `'${root}/`));
    }
    const { tsConfig: _ours, ...options } = await extractDepcruiseOptions('./.dependency-cruiser.cjs');
    const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0]!))];
    const { output } = await cruise(folders, { ...options, baseDir: root });
    return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
