import { CommanderError } from 'commander';
import { CredentialError, OtpostError, UnreachableError } from '../sdk/index.ts';
import { Interrupted } from './interrupts.ts';

/** What the exit codes mean; they are a promise to scripts. */
export const EXIT = {
  ok: 0,
  /** It was asked for, and did not come about. */
  failed: 1,
  /** The command, an option, the configuration or an input is not as it must be. */
  usage: 2,
  /** The key is missing, no good, or may not do this. */
  denied: 3,
  /** There was no answer. */
  unreachable: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something that a person can mend, in one line that says how. */
export class Failure extends Error {
  readonly exit: ExitCode;
  /** As in Otpost's list of errors. */
  readonly code: string;

  constructor(exit: ExitCode, code: string, message: string) {
    super(message);
    this.exit = exit;
    this.code = code;
  }
}

export function usage(message: string): Failure {
  return new Failure(EXIT.usage, 'cli/usage', message);
}

/** What a command came to that did not end well. */
export interface Ending {
  exit: ExitCode;
  code: string;
  /** One line. */
  message: string;
  docUrl?: string | undefined;
}

/** @param server where was asked, in words, once that is known */
export function endingOf(error: unknown, server: string | undefined): Ending {
  if (error instanceof Interrupted)
    return { exit: EXIT.interrupted, code: 'cli/interrupted', message: 'interrupted' };
  if (error instanceof Failure) return error;
  if (error instanceof CommanderError) return { exit: EXIT.usage, code: 'cli/usage', message: error.message };
  if (error instanceof UnreachableError) {
    const hint = server === undefined ? '' : ` It was asked for ${server}. Is it running there?`;
    return { exit: EXIT.unreachable, code: error.code, message: `${error.message}${hint}` };
  }
  if (error instanceof OtpostError) {
    const { code, message, docUrl } = error;
    const exit =
      error instanceof CredentialError ? EXIT.denied : code.startsWith('input/') ? EXIT.usage : EXIT.failed;
    const hint = code === 'auth/invalid' && server !== undefined ? ` It was given for ${server}.` : '';
    return { exit, code, message: `${message}${hint}`, docUrl };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { exit: EXIT.failed, code: 'cli/failed', message };
}
