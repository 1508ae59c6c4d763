import { CommanderError } from 'commander';
import { connect } from './connect.ts';
import { endingOf, EXIT, type ExitCode } from './exit.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';
import type { Flags, Outside, Runner } from './runner.ts';
import { readSettings } from './settings.ts';

/** Runs one command line. Never rejects. @returns the exit code */
export async function run(args: readonly string[], outside: Outside): Promise<ExitCode> {
  let server: string | undefined;
  let code: ExitCode = EXIT.ok;
  let json = args.includes('--json');
  const { env, stdin, stdout, stderr, interrupts } = outside;
  const personOf = (flags: Flags) => {
    json = flags.json === true;
    return { output: createOutput({ stdout, stderr }, json), env, stdin, stderr, interrupts };
  };
  const runner: Runner = {
    async alone(flags, work) {
      code = (await work(personOf(flags))) ?? EXIT.ok;
    },
    async withServer(flags, work) {
      const person = personOf(flags);
      const settings = await readSettings(flags, env);
      server = settings.origin;
      code = (await work(connect(settings, person))) ?? EXIT.ok;
    },
  };
  try {
    await createProgram(runner, outside).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // It has said what was wrong, or what was asked of it (the help, the version).
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const ending = endingOf(error, server);
    const { exit, message, docUrl } = ending;
    if (json) stdout.write(`${JSON.stringify({ type: 'error', code: ending.code, message, docUrl })}\n`);
    if (!(error instanceof CommanderError)) stderr.write(`otpost: ${message}\n`);
    return exit;
  }
}
