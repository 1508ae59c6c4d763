import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { openGround } from './ground/ground.ts';
import type { Outcome } from './measure/outcome.ts';
import { formatTable } from './measure/table.ts';
import { writeProfileReport } from './profile/report.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { BARE_ROWS, ROWS } from './rows.ts';

class Interrupted extends Error {}

/** @throws what a row throws: something is broken, which is not the same as a target that is missed */
async function bench(options: Options): Promise<Outcome[]> {
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => {
    process.exitCode = 130;
    interrupted.reject(new Interrupted('interrupted'));
    // The second time at once; what must not stay is then ended by the exit hooks.
    process.once('SIGINT', () => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const { quick, profileDir, plotFile } = options;
  const say = (line: string) => console.error(`  ${line}`);
  const needsGround = options.rows.some((row) => !Object.hasOwn(BARE_ROWS, row));
  await using ground = needsGround ? await openGround({ quick, profileDir, say }) : undefined;
  const outcomes: Outcome[] = [];
  for (const row of options.rows) {
    console.error(row);
    const measured = BARE_ROWS[row]?.({ quick, plotFile, say }) ?? ROWS[row]!(ground!);
    outcomes.push(...(await Promise.race([measured, interrupted.promise])));
  }
  return outcomes;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') return void console.log(USAGE);
  const startedAt = Date.now();
  if (options.profileDir !== undefined) await mkdir(options.profileDir, { recursive: true });
  const outcomes = await bench(options);
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  console.log(`\n${formatTable(outcomes)}\n`);
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, ${seconds} s`,
  );
  if (options.profileDir !== undefined)
    console.log(`Profiles: ${await writeProfileReport(options.profileDir)}`);
  if (options.quick) console.log('Quick: these numbers say that it runs, nothing else.');
  if (options.jsonFile !== undefined)
    await writeFile(options.jsonFile, `${JSON.stringify(outcomes, null, 2)}\n`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Interrupted ? 'bench: interrupted' : error);
  process.exitCode ||= 1;
}
// A row that was interrupted may still wait for something that is gone.
process.exit();
