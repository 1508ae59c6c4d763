import { setTimeout as delay } from 'node:timers/promises';
import {
  CarrierHealthDocument,
  CarriersHealthDocument,
  type CarriersHealthQuery,
  type CarrierState,
  type HealthFragment,
} from '../graphql/generated/graphql.ts';
import { resuming } from '../sdk/resume.ts';
import { tellOfReconnect, type Session } from './connect.ts';
import { EXIT, usage, type ExitCode } from './exit.ts';
import { Interrupted } from './interrupts.ts';
import { table, timeOfDay } from './output.ts';

type Carrier = CarriersHealthQuery['carriers'][number];

const COLOURS = {
  UP: 'green',
  DEGRADED: 'yellow',
  CONNECTING: 'yellow',
  DOWN: 'red',
  UNKNOWN: 'dim',
} as const satisfies Record<CarrierState, string>;
/** For what is still connecting. */
const CONNECT_MS = 15_000;
/** Between two looks at a carrier that is on its way up. */
const LOOK_MS = 500;

/** Carriers and how they stand now. @param names ids or names; none: all @throws {Failure | OtpostError} */
export async function listCarriers(session: Session, names: readonly string[] = []): Promise<void> {
  const { output } = session;
  const all = names.length === 0 ? await readCarriers(session) : await pick(session, names);
  if (output.json) for (const carrier of all) output.result(carrier, '');
  else
    output.result(
      {},
      table([
        ['ID', 'NAME', 'STATE', 'PER SECOND', 'PROBLEM'],
        ...all.map(({ id, name, enabled, health }) => [
          String(id),
          name,
          enabled ? health.state : 'DISABLED',
          health.perSecond.toFixed(0),
          health.problem ?? '',
        ]),
      ]),
    );
}

/** How carriers stand, a line for each news, until Ctrl-C. @param names ids or names; none: all @throws {OtpostError} */
export async function watchCarriers(session: Session, names: readonly string[]): Promise<ExitCode> {
  const { transport, output, interrupts } = session;
  const { signal } = interrupts;
  const carrierIds = names.length === 0 ? null : (await pick(session, names)).map(({ id }) => id);
  async function* open() {
    // Each connection begins with how all stand: there is no place to go on from.
    for await (const { carrierHealth } of transport.stream(CarrierHealthDocument, { carrierIds }, signal))
      yield { ...carrierHealth, cursor: '' };
  }
  try {
    for await (const { cursor: _, ...health } of resuming(open, {
      signal,
      onReconnect: tellOfReconnect(session),
    }))
      output.result(health, lineOf(session, health.carrier.name, health));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  return EXIT.ok;
}

/**
 * Whether a carrier would take messages now: waits for what is still connecting, then tells of each link. No message
 * is sent.
 * @param timeoutMs how long it may take
 * @throws {Failure | OtpostError}
 */
export async function testCarrier(session: Session, name: string, timeoutMs = CONNECT_MS): Promise<ExitCode> {
  const { output, interrupts } = session;
  const until = Date.now() + timeoutMs;
  for (;;) {
    const [carrier] = await pick(session, [name]);
    const { enabled, health } = carrier!;
    const settled = health.state !== 'CONNECTING' && health.state !== 'UNKNOWN' && health.state !== 'DOWN';
    if (enabled && !settled && Date.now() < until) {
      await delay(LOOK_MS, undefined, { signal: interrupts.signal }).catch(() =>
        interrupts.signal.throwIfAborted(),
      );
      continue;
    }
    const takes = enabled && (health.state === 'UP' || health.state === 'DEGRADED');
    const links = health.workers.flatMap(({ binds }) => binds);
    const lines = [
      lineOf(session, carrier!.name, health),
      ...links.map(({ mode, state, problem }) =>
        `  ${mode.toLowerCase()}  ${state}  ${problem ?? ''}`.trimEnd(),
      ),
    ];
    output.result({ type: 'tested', takesMessages: takes, ...carrier }, lines.join('\n'));
    if (!enabled) output.note(`${carrier!.name} is not enabled: it is used for no new messages.`);
    return takes ? EXIT.ok : EXIT.failed;
  }
}

async function readCarriers({ transport, interrupts }: Session): Promise<Carrier[]> {
  return (await transport.ask(CarriersHealthDocument, {}, interrupts.signal)).carriers;
}

async function pick(session: Session, names: readonly string[]): Promise<Carrier[]> {
  const all = await readCarriers(session);
  return names.map((name) => {
    const found = all.find((carrier) => carrier.id === name || carrier.name === name);
    if (found) return found;
    const known = all.map((carrier) => carrier.name).join(', ') || 'none';
    throw usage(`There is no carrier ${JSON.stringify(name)}; there are: ${known}.`);
  });
}

function lineOf({ output }: Session, name: string, health: HealthFragment): string {
  const { state, perSecond, windowUse, problem, asOf } = health;
  return [
    output.paint('dim', timeOfDay(asOf ?? Date.now())),
    name,
    output.paint(COLOURS[state], state),
    `${perSecond.toFixed(0)}/s`,
    `window ${Math.round(windowUse * 100)} %`,
    problem ?? '',
  ]
    .join('  ')
    .trimEnd();
}
