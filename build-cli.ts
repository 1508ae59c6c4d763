import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';

// Makes the package of src/cli in dist/cli, for those who have no clone: `npm run cli:build`, then
// `npm publish dist/cli`. One file, with all that it needs in it.

const target = process.argv[2] ?? 'dist/cli';
const root = import.meta.dirname;
const file = 'otpost.js';

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await build({
  input: join(root, 'src/cli/main.ts'),
  platform: 'node',
  logLevel: 'warn',
  output: { file: join(target, file), format: 'esm', banner: '#!/usr/bin/env node', minify: true },
});
await chmod(join(target, file), 0o755);

const { version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  version: string;
  license: string;
};
const manifest = {
  name: 'otpost',
  version,
  description: 'Verify phone numbers with Otpost, and see what happens, from a terminal.',
  license,
  type: 'module',
  engines: { node: '>=22.13' },
  bin: { otpost: file },
};
await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const [from, to] of [
  ['src/cli/README.md', 'README.md'],
  ['LICENSE', 'LICENSE'],
] as const)
  await copyFile(join(root, from), join(target, to));
process.stdout.write(`${manifest.name}@${version} is in ${target}\n`);
