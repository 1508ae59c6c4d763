import type { ExecutionResult, GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { EventStream } from './event-stream.ts';

/** Octets that may wait in a socket before its subscriptions wait for it. */
const HIGH_WATER_BYTES = 64 * 1024;
/** A reader that has not taken them by then is closed; its client resumes by cursor. */
const DRAIN_MS = 10_000;
/** WebSocket close code "try again later" (IANA registry). */
const TRY_AGAIN_LATER = 1013;

/**
 * Sends the answers of a subscription as graphql-transport-ws frames, straight from the JSON that all
 * subscribers of the same thing share. graphql-ws takes it for the iterator of the answers: its one
 * `next` lasts as long as the subscription does, so that no answer goes through graphql-ws one by one.
 * @param onFailed is told before the stream ends with an error, which has then been sent
 */
export function createDelivery(
  socket: WebSocket,
  id: string,
  stream: EventStream,
  onFailed: () => void,
): AsyncGenerator<ExecutionResult, void, void> {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;

  async function deliverAll(): Promise<void> {
    for (;;) {
      const pulled = await stream.pull();
      if (socket.readyState !== socket.OPEN) return stop();
      switch (pulled.kind) {
        case 'delivered':
          if (socket.bufferedAmount < HIGH_WATER_BYTES) socket.send(`${head}${pulled.delivery.json}}`);
          else if (!(await sendSlowly(socket, `${head}${pulled.delivery.json}}`))) return stop();
          break;
        case 'failed':
          onFailed();
          return socket.send(errorFrame(id, pulled.error));
        case 'ended':
          return;
        default:
          throw new Error(`unhandled: ${pulled satisfies never}`);
      }
    }
  }

  async function stop(): Promise<void> {
    await stream.return();
  }

  const delivery: AsyncGenerator<ExecutionResult, void, void> = {
    async next() {
      await deliverAll();
      return { done: true, value: undefined };
    },
    async return() {
      await stop();
      return { done: true, value: undefined };
    },
    async throw(error) {
      await stop();
      throw error;
    },
    [Symbol.asyncIterator]: () => delivery,
    [Symbol.asyncDispose]: stop,
  };
  return delivery;
}

/** Waits until the frame has left, so that what comes behind it waits in the stream's bounded queue. */
async function sendSlowly(socket: WebSocket, frame: string): Promise<boolean> {
  const deadline = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    // Stands behind what is not being read; ws cuts the line when nobody answers it within 30 s.
    socket.close(TRY_AGAIN_LATER, 'stream/too_slow');
    deadline.resolve(false);
  }, DRAIN_MS);
  socket.send(frame, (error) => deadline.resolve(!error));
  const left = await deadline.promise;
  clearTimeout(timer);
  return left;
}

function errorFrame(id: string, error: GraphQLError): string {
  return JSON.stringify({ id, type: 'error', payload: [error] });
}
