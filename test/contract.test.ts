import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS, PERMISSIONS } from '../src/accounts/permissions.ts';
import { ROLE_TABLE, ROLES } from '../src/accounts/roles.ts';
import { VARIABLES } from '../src/config/variables.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { PATH_NEEDS } from '../src/graphql/paths.ts';
import { brokenPromises, promiseOf } from '../src/graphql/promise.ts';

// What the repository promises about itself: what is printed, generated or listed in it is current.

const DRIZZLE_KIT = 'node_modules/drizzle-kit/bin.cjs';
const run = promisify(execFile);
const read = (path: string) => readFile(path, 'utf8');

async function filesUnder(...folders: string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })),
  );
  return found
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}

describe('the GraphQL schema', () => {
  test('is printed in schema/schema.graphql as the code has it (npm run schema:print)', async () => {
    const { printedSchema } = await import('../src/graphql/print.ts');
    expect(await read('schema/schema.graphql')).toBe(printedSchema());
  });

  test('keeps what schema/promised.graphql promises, but for what the changelog owns up to (npm run schema:print)', async () => {
    const [promised, printed, changelog] = await Promise.all(
      ['schema/promised.graphql', 'schema/schema.graphql', 'CHANGELOG.md'].map(read),
    );
    expect(brokenPromises(promised!, printed!, changelog!)).toEqual([]);
    // New names are promised from their first print on.
    expect(promised).toBe(promiseOf(printed!));
  });
});

test('the migrations in drizzle/ make the tables of the code (npm run db:generate)', async () => {
  const { stdout } = await run(process.execPath, [DRIZZLE_KIT, 'generate', '--explain', '--output', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'no_changes' });
});

test('no file needs itself in a circle, and every arrow of the architecture points one way', async () => {
  const options = await extractDepcruiseOptions('./.dependency-cruiser.cjs');
  const { output } = await cruise(['src', 'test'], options);
  const { violations } = (output as ICruiseResult).summary;
  expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  // Every file is parsed: 35 s on two cores that others load, too.
}, 120_000);

describe('the environment variables', () => {
  const matches = (text: string, pattern: RegExp) =>
    new Set([...text.matchAll(pattern)].map(([, name]) => name!));
  const inConfig = new Set(Object.keys(VARIABLES));
  const inReadme = async () => matches(await read('README.md'), /^\| *`([A-Z][A-Z0-9_]+)`/gm);

  test('that the configuration reads are all in the README', async () => {
    expect([...inConfig.difference(await inReadme())]).toEqual([]);
  });

  test('in the README are all read, by the configuration or by the tests', async () => {
    const support = await Promise.all((await filesUnder('test/support')).map(read));
    const inTests = matches(support.join('\n'), /process\.env\.([A-Z_]+)/g);
    expect([...(await inReadme()).difference(inConfig.union(inTests))]).toEqual([]);
  });
});

test('every permission is in the table of src/accounts/README.md, in the words of the code', async () => {
  const rows = [
    ...(await read('src/accounts/README.md')).matchAll(/^\| `([a-z]+:[a-z_]+)` +\| (.+?) +\|$/gm),
  ];
  expect(Object.fromEntries(rows.map(([, permission, lets]) => [permission, lets]))).toEqual(PERMISSIONS);
});

test('every role is in the table of src/people/README.md, with its permissions', async () => {
  const text = await read('src/people/README.md');
  const cells = (line: string) => line.split('|').map((cell) => cell.trim());
  const head = text.split('\n').find((line) => ROLES.every((role) => cells(line).includes(role)))!;
  for (const permission of ALL_PERMISSIONS) {
    const row = cells(text.split('\n').find((line) => line.startsWith(`| \`${permission}\``))!);
    const having = ROLES.filter((role) => row[cells(head).indexOf(role)] === '✓');
    expect(having, permission).toEqual(ROLES.filter((role) => ROLE_TABLE[role].permissions.has(permission)));
  }
});

test('every path is in the table of src/accounts/README.md, with what it needs', async () => {
  const rows = [...(await read('src/accounts/README.md')).matchAll(/^\| `(\/[^`]*)` +\| (.+?) +\|$/gm)];
  expect(Object.fromEntries(rows.map(([, path, needs]) => [path, needs]))).toEqual(PATH_NEEDS);
});

test('every error code has its section in docs/errors.md', async () => {
  const headings = [...(await read('docs/errors.md')).matchAll(/^## (.+)$/gm)].map((match) => match[1]!);
  expect(headings.sort()).toEqual(Object.keys(ERROR_CODES).sort());
});

test('no source file has more than 250 lines', async () => {
  const sources = (await filesUnder('src')).filter(
    (path) => path.endsWith('.ts') && !path.includes('/generated/'),
  );
  const lines = await Promise.all(
    sources.map(async (path) => ({ path, lines: (await read(path)).split('\n').length - 1 })),
  );
  expect(lines.filter((file) => file.lines > 250)).toEqual([]);
});

test('nothing is left open, switched off or silenced', async () => {
  const open = /\b(?:TO[D]O|FI[X]ME|X[X]X|HA[C]K)\b/;
  const switchedOff = /\.(?:only|skip|todo|fails)\(/;
  const silenced = /\bas a[n]y\b|@ts-(?:ignore|expect-error|nocheck)/;
  const forbidden = new RegExp([open, switchedOff, silenced].map((pattern) => pattern.source).join('|'));
  expect(await linesThatMatch(forbidden, ['src', 'test'])).toEqual([]);
});

test('no path of a machine and no registry is written down', async () => {
  const paths = /\/(?:home|Users|root)\/\w|[A-Z]:\\Users\\/;
  expect(await linesThatMatch(paths, ['src', 'test', 'schema', 'drizzle'])).toEqual([]);
  const lock = await read('package-lock.json');
  expect(lock.match(/"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)[^"]*"/g) ?? []).toEqual([]);
});

async function linesThatMatch(pattern: RegExp, folders: string[]): Promise<string[]> {
  const paths = (await filesUnder(...folders)).filter((path) => !path.includes('/generated/'));
  const found = await Promise.all(
    paths.map(async (path) =>
      (await read(path))
        .split('\n')
        .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} ${line}`] : [])),
    ),
  );
  return found.flat();
}
