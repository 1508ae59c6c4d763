import type { Person, Session } from './connect.ts';
import type { ExitCode } from './exit.ts';
import type { Interrupts } from './interrupts.ts';
import type { ServerFlags } from './settings.ts';

/** What a program has from outside. */
export interface Outside {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  interrupts: Interrupts;
}

export interface Flags extends ServerFlags {
  json?: boolean | undefined;
}

/** What may come of a command: an exit code, or nothing for 0. */
export type Outcome = Promise<ExitCode | void>;

/** How the commands of the program get to work. */
export interface Runner {
  /** With a server to talk to. */
  withServer(flags: Flags, work: (session: Session) => Outcome): Promise<void>;
  /** With the person alone. */
  alone(flags: Flags, work: (person: Person) => Outcome): Promise<void>;
}
