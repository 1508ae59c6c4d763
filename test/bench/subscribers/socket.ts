import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Subscription {
  query: string;
  variables: Readonly<Record<string, string>>;
}

/** One WebSocket that speaks graphql-transport-ws, as little of it as a subscriber needs. */
export interface SubscriberSocket {
  /** @param onEvent gets the whole frame, unparsed */
  subscribe(subscription: Subscription, onEvent: (frame: string) => void): () => void;
  close(): void;
}

/** @param onTrouble gets what is neither an event nor expected, the close of the socket included */
export async function openSocket(
  url: string,
  apiKey: string,
  onTrouble: (what: string) => void,
): Promise<SubscriberSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${apiKey}` } }));
  await acknowledged;

  const listeners = new Map<string, (frame: string) => void>();
  let subscriptions = 0;
  let closing = false;
  socket.on('message', (data: Buffer) => {
    const frame = data.toString();
    const id = /"id":"([^"]+)"/.exec(frame)?.[1] ?? '';
    if (frame.includes('"type":"next"')) listeners.get(id)?.(frame);
    else if (frame.includes('"type":"ping"')) socket.send('{"type":"pong"}');
    else if (!frame.includes('"type":"complete"')) onTrouble(frame);
  });
  socket.on('close', (code) => {
    if (!closing) onTrouble(`closed with ${code}`);
  });
  return {
    subscribe(subscription, onEvent) {
      const id = String((subscriptions += 1));
      listeners.set(id, onEvent);
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: subscription }));
      return () => {
        listeners.delete(id);
        socket.send(JSON.stringify({ id, type: 'complete' }));
      };
    },
    close() {
      closing = true;
      socket.terminate();
    },
  };
}
