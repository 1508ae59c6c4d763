import {
  createSourceEventStream,
  validateSubscriptionArgs,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import { CredentialInvalid } from '../accounts/errors.ts';
import { streamReadsOf } from '../audit/stream-reads.ts';
import type { GraphqlContext } from './context.ts';
import type { ErrorWords, Refuse } from './plugins/masking.ts';
import type { Delivery, SharedExecutions, SourceEvent } from './shared-execution.ts';

/** What a subscription brings next. After `failed` and `ended` nothing comes. */
export type Pulled =
  { kind: 'delivered'; delivery: Delivery } | { kind: 'failed'; error: GraphQLError } | { kind: 'ended' };

/** The answers of one subscription: as an async generator its results, with `pull` their JSON too. */
export interface EventStream extends AsyncGenerator<ExecutionResult, void, void> {
  pull(): Promise<Pulled>;
}

const ENDED: Pulled = { kind: 'ended' };

/**
 * @param leave called once, when it is over or could not be opened
 * @returns a result without data when the subscription is refused
 */
export async function openEventStream(
  args: ExecutionArgs,
  executions: SharedExecutions,
  words: ErrorWords,
  leave: () => void,
): Promise<EventStream | ExecutionResult> {
  try {
    const opened = await open(args, executions, words, leave);
    if (!('pull' in opened)) leave();
    return opened;
  } catch (error) {
    leave();
    throw error;
  }
}

async function open(
  args: ExecutionArgs,
  executions: SharedExecutions,
  words: ErrorWords,
  leave: () => void,
): Promise<EventStream | ExecutionResult> {
  const validated = validateSubscriptionArgs({ ...args, hideSuggestions: true });
  if (!('schema' in validated)) return { errors: validated };
  const opened = await createSourceEventStream(validated);
  if (!(Symbol.asyncIterator in opened)) return refused(opened, words.refuse);

  const source = (opened as AsyncIterable<SourceEvent>)[Symbol.asyncIterator]();
  const group = executions.join(validated);
  const { app, principal } = validated.contextValue as GraphqlContext;
  const reads = principal && streamReadsOf(app, principal);
  let over = false;

  async function end(): Promise<void> {
    if (over) return;
    over = true;
    group.leave();
    leave();
    await source.return?.();
  }

  async function pull(): Promise<Pulled> {
    if (over) return ENDED;
    try {
      const { done, value } = (await source.next()) as IteratorResult<SourceEvent, undefined>;
      if (done || over) {
        await end();
        return ENDED;
      }
      const delivering = group.deliver(value);
      const delivery = delivering instanceof Promise ? await delivering : delivering;
      const noted = delivery.shown.length > 0 ? reads?.add(delivery.shown) : undefined;
      if (noted) await noted;
      return { kind: 'delivered', delivery };
    } catch (error) {
      await end();
      return { kind: 'failed', error: words.mask(error) };
    }
  }

  const stream: EventStream = {
    pull,
    async next() {
      const pulled = await pull();
      switch (pulled.kind) {
        case 'delivered':
          return { done: false, value: pulled.delivery.result };
        case 'failed':
          return { done: false, value: { errors: [pulled.error] } };
        case 'ended':
          return { done: true, value: undefined };
        default:
          throw new Error(`unhandled: ${pulled satisfies never}`);
      }
    },
    async return() {
      await end();
      return { done: true, value: undefined };
    },
    async throw(error) {
      await end();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: end,
  };
  return stream;
}

/** A credential that turns out to be over refuses the whole request, as it would have before. */
function refused(result: ExecutionResult, refuse: Refuse): ExecutionResult {
  const cause = result.errors?.[0]?.originalError;
  return cause instanceof CredentialInvalid ? { errors: [refuse(cause)] } : result;
}
