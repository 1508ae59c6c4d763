/** One server-sent event. */
export interface Sent {
  type: string;
  data: string;
}

/**
 * Takes a stream of server-sent events apart, however it was cut into pieces. Comments are pings: they are no events.
 * (WHATWG HTML, "Server-sent events"; ids and retry are not used by GraphQL over SSE.)
 */
export function createEventParser(): (piece: string) => Sent[] {
  let rest = '';
  let type = '';
  let data: string[] = [];

  function take(line: string, events: Sent[]): void {
    if (line === '') {
      if (data.length > 0) events.push({ type: type || 'message', data: data.join('\n') });
      type = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
  }

  return (piece) => {
    const events: Sent[] = [];
    // A CR at the end of a piece may be half of a line's end: it waits for what follows.
    const text = rest + piece;
    const ended = /\r$/.test(text) ? text.slice(0, -1) : text;
    const lines = ended.split(/\r\n|\n|\r/);
    rest = lines.pop()! + text.slice(ended.length);
    for (const line of lines) take(line, events);
    return events;
  };
}
