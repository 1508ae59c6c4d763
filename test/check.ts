import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

// `npm run check`: what a change must pass. Prints what each has to say as it ends, and fails when one of them does. With --static nothing is run, with --all the whole suite is; else the tests of what the repository says of itself.
const STATIC = [
  ['types', 'tsc', '--noEmit'],
  ['lint', 'eslint', '.', '--max-warnings=0'],
  ['imports', 'depcruise', 'src', 'test'],
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
] as const;
const TESTS = ['tests', 'vitest', 'run'] as const;
const OF_THE_REPOSITORY = ['test/contract.test.ts', 'test/unit/architecture.test.ts'];

type Check = readonly [name: string, program: string, ...args: string[]];

function testsFor(flag: string | undefined): Check | undefined {
  switch (flag) {
    case undefined:
      return [...TESTS, ...OF_THE_REPOSITORY];
    case '--static':
      return undefined;
    case '--all':
      return TESTS;
    default:
      throw new Error(`${flag} is neither --static nor --all`);
  }
}

async function run([name, program, ...args]: Check): Promise<boolean> {
  const startedAt = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ]);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(`${out}${err}`);
  return code === 0;
}

const tests = testsFor(process.argv[2]);
const passed = await Promise.all(STATIC.map(run));
// Behind them: tests have deadlines, which a compiler on every core would have them miss.
if (tests) passed.push(await run(tests));
process.exitCode = passed.every(Boolean) ? 0 : 1;
