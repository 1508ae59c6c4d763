import {
  MessageDocument,
  RoutesDocument,
  TryRouteDocument,
  type MessageTraceFragment,
  type RoutesQuery,
} from '../graphql/generated/graphql.ts';
import type { VerificationEvent } from '../sdk/index.ts';
import { expectType, tellOfReconnect, type Session } from './connect.ts';
import { EXIT, usage, type ExitCode } from './exit.ts';
import { lineOfEvent } from './verify.ts';

type Route = RoutesQuery['routes'][number];

/**
 * Sends one message over one route and shows its way, until it has arrived or cannot any more.
 * @param name of the route, its id, or that of a carrier with one route
 * @param timeoutMs how long it may take; undefined: as long as the code is valid
 * @throws {Failure | OtpostError}
 */
export async function tryRoute(
  session: Session,
  { name, to, timeoutMs }: { name: string; to: string; timeoutMs: number | undefined },
): Promise<ExitCode> {
  const { transport, output, interrupts } = session;
  const route = await pickRoute(session, name);
  const input = { routeId: route.id, to };
  const answer = await transport.ask(TryRouteDocument, { input }, interrupts.signal);
  const { id, messages, expiresAt, ...started } = expectType(answer.tryRoute, 'Verification');
  const messageId = messages.nodes.findLast(({ pinnedRouteId }) => pinnedRouteId === route.id)!.id;
  output.result(
    { type: 'started', id, ...started, expiresAt, messageId, route },
    `${output.paint('bold', String(id))}  ${started.to}  over ${route.name} of ${route.carrier.name}`,
  );
  const isOver = await follow(session, String(id), messageId, timeoutMs);
  const { message } = await transport.ask(MessageDocument, { id: messageId }, interrupts.signal);
  if (!message) throw new Error('the message is not kept any more');
  output.result({ type: 'tried', ...message }, wayOf(session, message));
  if (!isOver) output.note(`It goes on. Watch it with "otpost watch ${id}".`);
  return message.status === 'DELIVERED' ? EXIT.ok : EXIT.failed;
}

/** @returns whether the message has come to its end */
async function follow(
  session: Session,
  id: string,
  messageId: string | number,
  timeoutMs: number | undefined,
): Promise<boolean> {
  const { otpost, output, interrupts } = session;
  const late = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
  const signal = AbortSignal.any([interrupts.signal, ...late]);
  try {
    for await (const event of otpost.watch(id, { signal, onReconnect: tellOfReconnect(session) })) {
      // A number that had a verification pending has had other messages, too.
      if (!('message' in event) || event.message.id !== messageId) continue;
      output.result(event, lineOfEvent(session, event));
      if (ENDS.includes(event.type)) return true;
    }
    return true;
  } catch (error) {
    if (interrupts.signal.aborted || !signal.aborted) throw error;
    return false;
  }
}

const ENDS: readonly VerificationEvent['type'][] = [
  'MessageDelivered',
  'MessageUndelivered',
  'MessageFailed',
  'MessageExpired',
];

function wayOf({ output }: Session, { attempts, failureReason, status }: MessageTraceFragment): string {
  const lines = attempts.map(({ route, carrier, latencyMs, error, ...attempt }) =>
    [
      `  ${route.name} of ${carrier.name}`,
      attempt.status,
      latencyMs === null ? '' : `answered in ${latencyMs} ms`,
      error ? `${error.code} ${error.message ?? ''}`.trimEnd() : '',
    ]
      .filter((part) => part !== '')
      .join('  '),
  );
  const end = output.paint(status === 'DELIVERED' ? 'green' : 'red', status);
  return [...lines, `${end}  ${failureReason ?? ''}`.trimEnd()].join('\n');
}

async function pickRoute({ transport, interrupts }: Session, name: string): Promise<Route> {
  const { routes } = await transport.ask(RoutesDocument, {}, interrupts.signal);
  const found = routes.find((route) => route.id === name || route.name === name);
  if (found) return found;
  const ofCarrier = routes.filter(({ carrier }) => carrier.id === name || carrier.name === name);
  if (ofCarrier.length === 1) return ofCarrier[0]!;
  const known = (ofCarrier.length > 1 ? ofCarrier : routes).map((route) => route.name).join(', ') || 'none';
  throw usage(
    ofCarrier.length > 1
      ? `The carrier ${JSON.stringify(name)} has several routes; say which: ${known}.`
      : `There is no route ${JSON.stringify(name)}; there are: ${known}.`,
  );
}
