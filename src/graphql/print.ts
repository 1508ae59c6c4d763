import { readFile, writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { brokenPromises, promiseOf } from './promise.ts';
import { schema } from './schema.ts';

/** The SDL as `schema/schema.graphql` has it. */
export function printedSchema(): string {
  return `${printSchema(schema)}\n`;
}

if (import.meta.main) {
  const file = (path: string) => new URL(`../../${path}`, import.meta.url);
  const sdl = printedSchema();
  await writeFile(file('schema/schema.graphql'), sdl);
  const promised = await readFile(file('schema/promised.graphql'), 'utf8');
  const broken = brokenPromises(promised, sdl, await readFile(file('CHANGELOG.md'), 'utf8'));
  if (broken.length === 0) await writeFile(file('schema/promised.graphql'), promiseOf(sdl));
  else {
    console.error(`Clients rely on this (schema/promised.graphql):\n  ${broken.join('\n  ')}`);
    console.error(
      'Keep it, or add an entry to CHANGELOG.md that says "Breaking" and names each in backticks.',
    );
    process.exitCode = 1;
  }
}
