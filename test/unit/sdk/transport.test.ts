import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UnreachableError } from '../../../src/sdk/errors.ts';
import { createTransport } from '../../../src/sdk/transport.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A stream of events that a test writes, as the server does. */
function aStream() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (started) => void (controller = started) });
  const write = (text: string) => controller.enqueue(new TextEncoder().encode(text));
  const transport = createTransport({
    url: 'http://otpost.example',
    token: '',
    fetch: async (_url, init) => {
      init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  const events = transport.stream<{ number: number }, object>({ toString: () => 'subscription' }, {});
  return {
    events,
    send: (number: number) => write(`event: next\ndata: {"data":{"number":${number}}}\n\n`),
    write,
  };
}

test('a line on which nothing comes for 40 s is dead, and pings keep it alive', async () => {
  const { events, send, write } = aStream();
  send(1);
  expect((await events.next()).value).toEqual({ number: 1 });
  const next = events.next().then(
    () => 'an event',
    (error: unknown) => error,
  );
  await vi.advanceTimersByTimeAsync(30_000);
  write(':\n\n');
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await Promise.race([next, Promise.resolve('waits')])).toBe('waits');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await next).toBeInstanceOf(UnreachableError);
});

test('whoever takes his time over an event does not lose the line by it', async () => {
  const { events, send } = aStream();
  send(1);
  expect((await events.next()).value).toEqual({ number: 1 });
  await vi.advanceTimersByTimeAsync(120_000);
  send(2);
  expect((await events.next()).value).toEqual({ number: 2 });
  await events.return();
});
