import { styleText } from 'node:util';
import type { Writable } from 'node:stream';

type Style = Parameters<typeof styleText>[0];

/** What a command says. Results go to stdout, everything that is meant for a person alone to stderr. */
export interface Output {
  readonly json: boolean;
  /** What was asked for: `value` as a line of JSON, or `text`. */
  result(value: object, text: string): void;
  /** For a person; never a result. */
  note(text: string): void;
  /** Coloured where it is shown in a terminal that wants colours (NO_COLOR). */
  paint(style: Style, text: string): string;
}

export interface Streams {
  stdout: Writable;
  stderr: Writable;
}

export function createOutput({ stdout, stderr }: Streams, json: boolean): Output {
  return {
    json,
    result: (value, text) => void stdout.write(`${json ? JSON.stringify(value) : text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    paint: (style, text) => (json ? text : styleText(style, text, { stream: stdout })),
  };
}

/** Rows under each other, as wide as their widest. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The time of day, here. @param at RFC 3339 */
export function timeOfDay(at: string | number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** What stands behind a line about a test; nothing behind all that is for real. */
export function labelOf(mode: string): string {
  return mode.toUpperCase() === 'TEST' ? '  test' : '';
}
