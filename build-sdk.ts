import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

// Makes the package of src/sdk in dist/sdk: `npm run sdk:build`, then `npm publish dist/sdk`.

const run = promisify(execFile);
const target = process.argv[2] ?? 'dist/sdk';
const root = import.meta.dirname;

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const compiled = await run(process.execPath, [tsc, '-p', join(root, 'src/sdk'), '--outDir', target]).catch(
  ({ stdout }: { stdout: string }) => {
    process.stderr.write(stdout);
    return process.exit(1);
  },
);
process.stdout.write(compiled.stdout);

// The one import of it is a type that has no use without the package it comes from: the SDK has no dependencies.
const declarations = join(target, 'generated/graphql.d.ts');
const text = await readFile(declarations, 'utf8');
const own =
  'type DocumentTypeDecoration<Result, Variables> = { __apiType?: (variables: Variables) => Result };';
await writeFile(declarations, text.replace(/^import .*'@graphql-typed-document-node\/core';$/m, own));

const { version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  version: string;
  license: string;
};
const entry = (name: string) => ({ types: `./${name}.d.ts`, default: `./${name}.js` });
const manifest = {
  name: '@otpost/sdk',
  version,
  description: 'Verify phone numbers with Otpost, from a server and from a browser.',
  license,
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20' },
  exports: { '.': entry('index'), './react': entry('react') },
  peerDependencies: { react: '>=18' },
  peerDependenciesMeta: { react: { optional: true } },
};
await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const [from, to] of [
  ['src/sdk/README.md', 'README.md'],
  ['LICENSE', 'LICENSE'],
] as const)
  await copyFile(join(root, from), join(target, to));
process.stdout.write(
  `${manifest.name}@${version} is in ${dirname(join(target, '.'))}/${target.split('/').at(-1)}\n`,
);
