import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { NotAcceptable } from '../../errors.ts';
import { TooManyConnections } from '../../rates/errors.ts';
import type { ConnectionSeats } from '../../rates/seats.ts';
import type { GraphqlContext } from '../context.ts';
import { takesStream } from '../answer-type.ts';
import { execute } from '../execute.ts';
import { openEventStream, type EventStream } from '../event-stream.ts';
import type { SharedExecutions } from '../shared-execution.ts';
import type { AnswerCost } from './costs.ts';
import type { ErrorWords, Refuse } from './masking.ts';

const STREAM = Symbol('stream');

/** Runs operations with graphql-js; subscriptions that ask the same share their execution. */
export function useExecution(
  executions: SharedExecutions,
  words: ErrorWords,
  seats: ConnectionSeats,
): Plugin {
  return {
    onExecute: ({ setExecuteFn }) =>
      setExecuteFn((args) => {
        const result = execute(args);
        const { cost } = args.contextValue as { cost?: AnswerCost };
        return result instanceof Promise ? result.then((it) => withCost(it, cost)) : withCost(result, cost);
      }),
    onSubscribe: ({ setSubscribeFn }) =>
      setSubscribeFn(async (args) => {
        const context = args.contextValue as StreamContext;
        const leave = takeSeat(seats, context, words.refuse);
        if (typeof leave !== 'function') return leave;
        const stream = await openWhileThere(context.req?.socket, leave, (left) =>
          openEventStream(args, executions, words, left),
        );
        // Envelop wraps what it is given; who can send JSON that is shared finds the stream itself here.
        if ('pull' in stream) (args.contextValue as StreamSlot)[STREAM] = stream;
        return stream;
      }),
  };
}

function withCost(result: ExecutionResult, cost: AnswerCost | undefined): ExecutionResult {
  return cost ? { ...result, extensions: { ...result.extensions, cost } } : result;
}

type StreamContext = GraphqlContext & { req?: IncomingMessage };

/**
 * Opens a stream that is over with its connection. Of a client that left before it was open nobody would say so: Yoga
 * neither reads nor ends what it cannot send.
 * @param connection undefined: a WebSocket, which knows what it has open
 */
async function openWhileThere(
  connection: Socket | undefined,
  leave: () => void,
  open: (leave: () => void) => Promise<EventStream | ExecutionResult>,
): Promise<EventStream | ExecutionResult> {
  if (!connection) return open(leave);
  let stream: EventStream | undefined;
  const end = () => void stream?.return();
  connection.once('close', end);
  const opened = await open(() => {
    connection.off('close', end);
    leave();
  });
  if (!('pull' in opened)) return opened;
  stream = opened;
  if (connection.destroyed) end();
  return opened;
}

/** For an answer that can be sent: one that is opened and cannot be is never closed. A socket has its seat already. */
function takeSeat(
  seats: ConnectionSeats,
  { req, principal }: StreamContext,
  refuse: Refuse,
): (() => void) | ExecutionResult {
  if (!req) return () => {};
  try {
    if (!takesStream(req.headers.accept)) throw new NotAcceptable();
    return principal ? seats.ofStream(principal) : () => {};
  } catch (error) {
    if (error instanceof TooManyConnections || error instanceof NotAcceptable)
      return { errors: [refuse(error)] };
    throw error;
  }
}

interface StreamSlot {
  [STREAM]?: EventStream;
}

/** The stream that a subscription with this context has opened. */
export function openedStream(context: object): EventStream | undefined {
  return (context as StreamSlot)[STREAM];
}
