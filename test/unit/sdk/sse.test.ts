import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventParser, type Sent } from '../../../src/sdk/sse.ts';

const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''));
const sent = fc.record<Sent>({
  type: fc.stringMatching(/^[a-z]{1,8}$/),
  data: fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n')),
});
const end = fc.constantFrom('\n', '\r\n', '\r');

test('events come out as they went in, however the stream is cut, whatever ends its lines, pings left out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(sent, fc.boolean()), { maxLength: 8 }),
      end,
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
      (events, eol, lengths) => {
        const text = events
          .map(([{ type, data }, pinged]) =>
            [
              ...(pinged ? [':', ''] : []),
              `event: ${type}`,
              ...data.split('\n').map((one) => `data: ${one}`),
              '',
              '',
            ].join(eol),
          )
          .join('');
        const parse = createEventParser();
        const parsed: Sent[] = [];
        let cut = 0;
        for (let at = 0; at < text.length;) {
          const length = lengths[cut++ % lengths.length]!;
          parsed.push(...parse(text.slice(at, at + length)));
          at += length;
        }
        // A CR at the very end waits for the LF that may follow.
        parsed.push(...parse('\n'));
        expect(parsed).toEqual(events.map(([event]) => event));
      },
    ),
  );
});

test('what is no event of ours passes by', () => {
  const parse = createEventParser();
  expect(parse('id: 7\nretry: 10\nnonsense\n\n: ping\n\nevent: next\n\ndata\n\n')).toEqual([
    { type: 'message', data: '' },
  ]);
});
