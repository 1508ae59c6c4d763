import { VerificationStatusDocument } from '../graphql/generated/graphql.ts';
import { OtpostError, type StartVerificationInput, type VerificationEvent } from '../sdk/index.ts';
import { tellOfReconnect, type Session } from './connect.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { readLines, type Lines } from './lines.ts';
import { labelOf, timeOfDay } from './output.ts';

/** For who was asked at Ctrl-C and does not answer, as a program does not. */
const ANSWER_MS = 15_000;

/** Of a verification that no code is right for any more; what it came to is an event. */
const OVER: readonly string[] = [
  'verification/already_used',
  'verification/canceled',
  'verification/expired',
  'verification/failed',
  'verification/not_found',
  'verification/too_many_checks',
];

/**
 * Starts a verification, shows what happens to it and checks the codes that are typed, until it is over.
 * @throws {OtpostError} when it cannot be started
 */
export async function verify(session: Session, input: StartVerificationInput): Promise<ExitCode> {
  const { output, otpost, interrupts } = session;
  const { clientToken: _secret, ...started } = await otpost.start(input, { signal: interrupts.signal });
  output.result(
    { type: 'started', ...started },
    `${output.paint('bold', started.id)}  ${started.to}  until ${timeOfDay(started.expiresAt)}` +
      (started.sandboxCode ? `  a test: the code is ${started.sandboxCode}` : ''),
  );
  return converse(session, started.id, true);
}

/** Shows what happens to a verification that was started before, and checks the codes that are typed. */
export async function watch(session: Session, id: string): Promise<ExitCode> {
  return converse(session, id, isPending(session, id));
}

/** Whatever is wrong with the id or the server, following says. */
async function isPending({ transport, interrupts }: Session, id: string): Promise<boolean> {
  const asked = transport.ask(VerificationStatusDocument, { id }, interrupts.signal);
  return (await asked.catch(() => undefined))?.verification?.status === 'PENDING';
}

/** @param pending whether there is a code to ask for */
async function converse(
  session: Session,
  id: string,
  pending: boolean | Promise<boolean>,
): Promise<ExitCode> {
  const { output, otpost, interrupts } = session;
  const over = new AbortController();
  let asking: ((answer: string) => void) | undefined;
  let checks = Promise.resolve();

  const lines = readLines(session, (line) => {
    if (asking) return asking(line);
    if (line !== '') checks = checks.then(() => check(session, lines, id, line));
  });
  const interrupted = Promise.withResolvers<'interrupted'>();
  interrupts.take(() => interrupted.resolve('interrupted'));
  const aborted = () => over.abort(interrupts.signal.reason);
  interrupts.signal.addEventListener('abort', aborted, { once: true });

  async function follow(): Promise<ExitCode> {
    const onReconnect = tellOfReconnect(session);
    for await (const event of otpost.watch(id, { signal: over.signal, onReconnect })) {
      lines.around(() => output.result(event, lineOfEvent(session, event)));
      const { status } = event.verification;
      if (status !== 'PENDING') return status === 'APPROVED' ? EXIT.ok : EXIT.failed;
    }
    return EXIT.failed;
  }

  /** Unless it ends by itself meanwhile. */
  async function leave(following: Promise<ExitCode>): Promise<ExitCode> {
    const answer = Promise.withResolvers<string>();
    asking = answer.resolve;
    // Not part of the prompt, which is drawn anew below each event.
    session.stderr.write('\n');
    lines.ask('Cancel the verification? [y/N] ');
    const late = setTimeout(() => answer.resolve(''), ANSWER_MS);
    void lines.ended.then(() => answer.resolve(''));
    const said = await Promise.race([answer.promise, following.catch(() => answer.promise)]);
    clearTimeout(late);
    if (typeof said === 'number') return said;
    over.abort();
    if (!/^y(?:es)?$/i.test(said))
      output.note(`It goes on. Watch it with "otpost watch ${id}", end it with "otpost cancel ${id}".`);
    else {
      const { status, mode } = await otpost.cancel(id);
      output.result({ type: 'canceled', id, mode, status }, `${id}  canceled${labelOf(mode)}`);
    }
    return EXIT.interrupted;
  }

  try {
    void Promise.resolve(pending).then((isPending) => {
      if (isPending && !asking) lines.ask('Code: ');
    });
    const following = follow();
    const first = await Promise.race([following, interrupted.promise]);
    if (first !== 'interrupted') return first;
    return await leave(following);
  } finally {
    interrupts.signal.removeEventListener('abort', aborted);
    over.abort();
    lines.close();
    await checks;
  }
}

async function check({ otpost, output }: Session, lines: Lines, id: string, code: string): Promise<void> {
  try {
    await otpost.check(id, code);
  } catch (error) {
    if (!(error instanceof OtpostError)) throw error;
    const isOver = OVER.includes(error.code);
    if (isOver) lines.askNothing();
    lines.around(() => output.note(error.message));
    if (!isOver) lines.ask('Code: ');
  }
}

/** What happened, for a person. */
export function lineOfEvent(session: Session, event: VerificationEvent): string {
  return `${wordsOfEvent(session, event)}${labelOf(event.mode)}`;
}

function wordsOfEvent({ output }: Session, event: VerificationEvent): string {
  const { verification: v } = event;
  const at = output.paint('dim', timeOfDay(event.occurredAt));
  switch (event.type) {
    case 'VerificationApproved':
      return `${at}  ${output.paint('green', 'approved')}`;
    case 'CodeRejected':
      return `${at}  ${output.paint('yellow', 'wrong code')}`;
    case 'VerificationExpired':
    case 'VerificationCanceled':
    case 'VerificationFailed':
      return `${at}  ${output.paint('red', wordsOf(event.type))}${v.failureReason ? `: ${spoken(v.failureReason)}` : ''}`;
    default:
      return `${at}  ${wordsOf(event.type)}${'message' in event ? messageWords(event.message) : ''}`;
  }

  function messageWords({ sender, segments }: { sender: string | null; segments: number | null }): string {
    const from = sender ? `  from ${sender}` : '';
    return v.status === 'PENDING' && segments
      ? `${from}  ${segments === 1 ? '1 segment' : `${segments} segments`}`
      : from;
  }
}

/** `NO_ROUTE` as `no route`. */
function spoken(name: string): string {
  return name.toLowerCase().replaceAll('_', ' ');
}

/** `MessageSent` as `message sent`. */
export function wordsOf(type: string): string {
  return type.replace(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase();
}
