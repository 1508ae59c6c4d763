import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashEntry } from '../../../src/audit/entry.ts';
import { csvLine, exportHead, exportLine } from '../../../src/audit/export-form.ts';
import { anEntry } from '../../support/audit-arbitraries.ts';

/** Reads a line of RFC 4180. */
function readCsv(line: string): string[] {
  expect(line.endsWith('\r\n')).toBe(true);
  const cells = `,${line.slice(0, -2)}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g);
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!);
}

describe('an entry as a line of CSV', () => {
  test('has a cell for each column, and tells all of it', () => {
    const head = readCsv(exportHead('csv'));
    fc.assert(
      fc.property(anEntry(), (entry) => {
        const cells = Object.fromEntries(
          readCsv(exportLine('csv', entry)).map((cell, i) => [head[i]!, cell]),
        );
        expect(Object.keys(cells)).toEqual(head);
        expect(cells).toMatchObject({
          ...{ id: entry.id, occurredAt: entry.occurredAt.toISOString(), action: entry.action },
          ...{ outcome: entry.outcome, count: String(entry.count), targets: entry.targets.join(' ') },
          ...{
            details: entry.details ? JSON.stringify(entry.details) : '',
            address: entry.actor.address ?? '',
          },
          hash: hashEntry(entry).toString('hex'),
          mode: entry.mode ?? '',
        });
      }),
    );
  });

  test.each(['=1+1', '+385', '-2', '@SUM(A1)', ' =1', '\t=1', '\r=1', '\n=1'])(
    'takes the sting out of %j',
    (text) => {
      expect(readCsv(csvLine([text]))).toEqual([`'${text}`]);
    },
  );

  test('keeps whatever it says, whatever is in it, and is one line for every reader', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (texts) => {
        const cells = readCsv(csvLine(texts));
        expect(cells.map((cell) => cell.replace(/^'/, ''))).toEqual(
          texts.map((text) => text.replace(/^'/, '')),
        );
        expect(cells.some((cell) => /^[=+\-@\t\r\n]/.test(cell))).toBe(false);
      }),
    );
  });
});

test('an entry as a line of JSON has all that its hash is made of', () => {
  fc.assert(
    fc.property(anEntry(), (entry) => {
      const line = exportLine('ndjson', entry);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      const { hash, occurredAt, ...read } = JSON.parse(line) as Record<string, never>;
      const again = { ...read, occurredAt: new Date(occurredAt!) } as never;
      expect(hashEntry(again).toString('hex')).toBe(hash);
    }),
  );
});
