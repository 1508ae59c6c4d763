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
import type { TransportContext } from './authentication.ts';
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
        const leave = takeSeat(seats, args.contextValue as StreamContext, words.refuse);
        if (typeof leave !== 'function') return leave;
        const stream = await openEventStream(args, executions, words, leave);
        // Envelop wraps what it is given; who can send JSON that is shared finds the stream itself here.
        if ('pull' in stream) (args.contextValue as StreamSlot)[STREAM] = stream;
        return stream;
      }),
  };
}

function withCost(result: ExecutionResult, cost: AnswerCost | undefined): ExecutionResult {
  return cost ? { ...result, extensions: { ...result.extensions, cost } } : result;
}

type StreamContext = GraphqlContext & TransportContext;

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
