import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isOver,
  nextSlice,
  queuedOf,
  statusWithoutResult,
  type BatchState,
} from '../../src/batches/batch.ts';
import { MAX_ROW_BYTES } from '../../src/batches/batch.ts';
import { decideRoom, STILL, type Flow } from '../../src/batches/flow.ts';
import { splitRows, type RowFormat } from '../../src/batches/split-rows.ts';

async function rowsOf(parts: readonly (string | Buffer)[], format: RowFormat): Promise<string[]> {
  async function* body() {
    for (const part of parts) yield await Promise.resolve(Buffer.from(part));
  }
  const rows: string[] = [];
  for await (const some of splitRows(body(), format)) rows.push(...some);
  return rows;
}

/** A text cut at places that have nothing to do with its rows, nor with its characters. */
const cutAt = (text: string, cuts: readonly number[]): Buffer[] => {
  const octets = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (octets.length + 1)).sort((a, b) => a - b), octets.length];
  return places.slice(1).map((to, i) => octets.subarray(places[i], to));
};

const row = fc.record({
  to: fc.string({ unit: 'binary' }),
  locale: fc.constantFrom('hr', '[{",\\"}]\u{1f600}'),
});

describe('a body', () => {
  test('is taken apart into the same rows wherever its chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.boolean(),
        async (rows, cuts, isPretty) => {
          const texts = rows.map((one) => JSON.stringify(one));
          const lines = texts.join('\n') + (isPretty ? '\n\n' : '');
          expect(await rowsOf(cutAt(lines, cuts), 'ndjson')).toEqual(texts);
          const array = isPretty ? JSON.stringify(rows, null, 2) : JSON.stringify(rows);
          const read = await rowsOf(cutAt(array, cuts), 'json');
          expect(read.map((text) => JSON.parse(text) as unknown)).toEqual(rows);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that is cut anywhere but behind a row is truncated, and says so', async () => {
    const text = '{"to":"+385911234567"}\r\n{"to":"+385911234568"}';
    for (let at = text.indexOf('\n') + 2; at < text.length; at++)
      await expect(rowsOf([text.slice(0, at)], 'ndjson'), text.slice(0, at)).rejects.toThrow(
        'middle of a row',
      );
    const array = '[{"to":"1"}, {"to":"2"}] ';
    for (let at = 0; at < array.length - 2; at++)
      await expect(rowsOf([array.slice(0, at)], 'json'), array.slice(0, at)).rejects.toThrow(
        'middle of a row',
      );
  });

  test.each([
    ['an empty array has no rows', 'json', ' [ ] ', []],
    ['a body without lines has no rows', 'ndjson', '\n \r\n', []],
    ['what stands between commas is a row, whatever it is', 'json', '[1,,"a,b]",]', ['1', '', '"a,b]"', '']],
  ] as const)('%s', async (_what, format, body, rows) => {
    expect(await rowsOf([body], format)).toEqual(rows);
  });

  test('that is no array, or goes on behind it, is refused', async () => {
    for (const body of ['{"rows":[]}', '[] []', '"x"'])
      await expect(rowsOf([body], 'json')).rejects.toThrow('array');
  });

  test('of a row that is too long nothing but its beginning is kept', async () => {
    const long = 'x'.repeat(MAX_ROW_BYTES);
    const rows = await rowsOf([`{}\n${long}`, long, `${long}\n{}`], 'ndjson');
    expect(rows.map(({ length }) => length)).toEqual([2, MAX_ROW_BYTES + 1, 2]);
  });
});

describe('what is started next', () => {
  const state: BatchState = {
    ...{ status: 'running', rows: 10, started: 0, refused: 0, canceled: 0, nextRow: 1, takenUntil: 1 },
  };
  const waiting = [1, 2, 4, 5].map((one) => [one, '+385911234567', 'en'] as const);
  const numbers = (of: BatchState, limit: number) => {
    const { rows, until } = nextSlice(of, { waiting, endRow: 6 }, limit);
    return [rows.map(([one]) => one), until];
  };

  test('are the next rows of the chunk, refused ones left out', () => {
    expect(numbers(state, 3)).toEqual([[1, 2, 4], 5]);
    expect(numbers(state, 9)).toEqual([[1, 2, 4, 5], 6]);
  });
  test('are those again that a worker had begun, and no others', () => {
    expect(numbers({ ...state, nextRow: 2, takenUntil: 5 }, 1)).toEqual([[2, 4], 5]);
  });
  test('is nothing of a batch that was canceled, but what was begun', () => {
    const canceled = { ...state, status: 'canceled' } as const;
    expect(numbers(canceled, 9)).toEqual([[], 1]);
    expect(numbers({ ...canceled, takenUntil: 3 }, 9)).toEqual([[1, 2], 3]);
    expect([isOver(canceled), isOver({ ...canceled, takenUntil: 3 })]).toEqual([true, false]);
    const at = { ...canceled, started: 2, canceled: 8, nextRow: 3, takenUntil: 3 };
    expect([queuedOf(at), statusWithoutResult(at, 2), statusWithoutResult(at, 3)]).toEqual([
      0,
      'queued',
      'canceled',
    ]);
  });
});

describe('the pace', () => {
  /** Feeds carriers that send so many a second, of which contracts say `allowedPerSecond`. */
  function run(perSecond: number, seconds: number, allowedPerSecond = Infinity) {
    let flow: Flow = STILL;
    let [waiting, longest, sent] = [0, 0, 0];
    for (let now = 0; now < seconds * 1_000; now += 100) {
      const decided = decideRoom(flow, { waiting, now, allowedPerSecond });
      waiting += decided.room;
      longest = Math.max(longest, waiting);
      flow = { ...decided.flow, waiting };
      const gone = Math.min(
        waiting,
        Math.floor(((now + 100) * perSecond) / 1_000) - Math.floor((now * perSecond) / 1_000),
      );
      waiting -= gone;
      sent += gone;
    }
    return { longest, sent };
  }

  test.each([1, 10, 50, 500, 1_500])(
    'of carriers that send %s a second keeps them busy, and the queue as short as two seconds of theirs',
    (perSecond) => {
      const { longest, sent } = run(perSecond, 30);
      expect(sent).toBeGreaterThan(0.9 * perSecond * 28);
      expect(longest).toBeLessThanOrEqual(Math.max(20, 2 * perSecond));
    },
  );
  test('is never more than contracts allow, and nothing while no carrier is up', () => {
    expect(run(1_000, 5, 5).longest).toBeLessThanOrEqual(5);
    expect(run(1_000, 5, 0)).toEqual({ longest: 0, sent: 0 });
  });
  test('stands still when nothing flows off, however long', () => {
    expect(run(0, 600).longest).toBe(20);
  });
});
