import type { App } from '../../platform.ts';
import { noteUnexpected } from '../../unexpected.ts';
import type { RestContext } from './endpoint.ts';

/** Reads on when the one before was taken. What goes wrong on the way can no more be answered: the stream breaks off. */
export function streamOf(
  app: App,
  { env: { outgoing }, req: { method, routePath } }: RestContext,
  lines: AsyncIterable<string>,
): ReadableStream<Uint8Array> {
  const iterator = lines[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await iterator.next();
          if (next.done) controller.close();
          else controller.enqueue(Buffer.from(next.value));
        } catch (error) {
          noteUnexpected(app.log, error, `${method} ${routePath}`);
          // Not by an error of the stream: Hono would write that to the console, with all that it says.
          outgoing.destroy();
          controller.close();
        }
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}
