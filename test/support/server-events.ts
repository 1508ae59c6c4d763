/** One server-sent event, its data read as JSON. */
export interface ServerEvent {
  id: string;
  type: string;
  data: unknown;
}

export interface ServerEvents {
  /** The next events up to the first that fits, that one included. */
  take(until: (event: ServerEvent) => boolean): Promise<ServerEvent[]>;
  /** Hangs up. */
  close(): void;
  /** Settles when the server has ended the stream. */
  closed: Promise<void>;
}

/** Reads a stream of server-sent events as the standard says, comments left out. */
export async function openEvents(
  url: string,
  credential: string,
  headers: Record<string, string> = {},
): Promise<ServerEvents> {
  const stop = new AbortController();
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${credential}`, ...headers },
    signal: stop.signal,
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  const events = read(response);
  const ended = Promise.withResolvers<void>();
  return {
    async take(until) {
      const taken: ServerEvent[] = [];
      for (;;) {
        const { done, value } = await events.next();
        if (done) throw new Error(`the stream ended after ${taken.map(({ type }) => type).join(', ')}`);
        taken.push(value);
        if (!until(value)) continue;
        if (value.type === 'end' || value.type === 'problem')
          void events.next().then(() => ended.resolve(), ended.reject);
        return taken;
      }
    },
    close: () => stop.abort(),
    closed: ended.promise,
  };
}

async function* read(response: Response): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(
        block
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map(
            (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
          ),
      );
      const data = fields.get('data');
      if (data === undefined) continue;
      yield {
        id: fields.get('id') ?? '',
        type: fields.get('event') ?? 'message',
        data: JSON.parse(data) as unknown,
      };
    }
  }
}
