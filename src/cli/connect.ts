import { createOtpost, type Otpost } from '../sdk/index.ts';
import { errorOf, type Refusal } from '../sdk/errors.ts';
import { createTransport, type Transport } from '../sdk/transport.ts';
import type { Interrupts } from './interrupts.ts';
import type { Output } from './output.ts';
import type { Settings } from './settings.ts';

/** Who has called, and how to talk to them. */
export interface Person {
  output: Output;
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stderr: NodeJS.WriteStream;
  interrupts: Interrupts;
}

/** With a server to talk to. */
export interface Session extends Person {
  settings: Settings;
  otpost: Otpost;
  transport: Transport;
}

export function connect(settings: Settings, person: Person): Session {
  const { url, apiKey: token } = settings;
  return {
    settings,
    otpost: createOtpost({ url, token }),
    transport: createTransport({ url, token }),
    ...person,
  };
}

/**
 * What was asked for of a result that may be a refusal instead.
 * @throws {OtpostError}
 */
export function expectType<Result extends { __typename: string }, Type extends Result['__typename']>(
  result: Result,
  type: Type,
): Extract<Result, { __typename: Type }> {
  if (result.__typename === type) return result as Extract<Result, { __typename: Type }>;
  throw errorOf(result as unknown as Refusal);
}

/** For a stream that was cut: what a person is told while it comes back. */
export function tellOfReconnect({ output }: Session) {
  return (error: Error, waitMs: number): void =>
    output.note(`${error.message} Again in ${(waitMs / 1_000).toFixed(1)} s; nothing is missed.`);
}
