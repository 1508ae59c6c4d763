import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { until } from './until.ts';

/** A shell in a pseudo-terminal, with somebody in front of it. Disposed, it is killed. */
export interface Terminal extends AsyncDisposable {
  /** The lines on the screen now, without colours, as somebody reads them. */
  screen(): string[];
  /** Everything that was sent to it. */
  sent(): string;
  /** Once this stands on the screen. */
  shows(text: string | RegExp): Promise<void>;
  /** As it comes from the keyboard: Enter is `\r`, Ctrl-C is `\x03`. */
  press(keys: string): void;
  ended: Promise<number>;
}

/** @returns why there is no terminal to be had here; undefined when there is */
export async function whyNoTerminal(): Promise<string | undefined> {
  // Of Debian's essential packages; that of BSD and macOS takes other arguments.
  const said = await promisify(execFile)('script', ['--version']).catch(() => undefined);
  return said?.stdout.includes('util-linux') ? undefined : 'there is no `script` of util-linux';
}

/** @param env the whole environment but PATH and what says that it is a terminal */
export function openTerminal(commands: string, env: Readonly<Record<string, string>>): Terminal {
  const sized = `stty rows 40 cols 120; ${commands}`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', sized, '/dev/null'], {
    env: { PATH: process.env.PATH, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
    // A group of its own, to be killed with all that it started.
    detached: true,
  });
  let sent = '';
  child.stdout.on('data', (piece: Buffer) => (sent += piece.toString()));
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(([code]) => code as number);
  const screen = () => screenOf(sent);
  return {
    screen,
    sent: () => sent,
    async shows(text) {
      const isThere = () =>
        screen().some((line) => (typeof text === 'string' ? line.includes(text) : text.test(line)));
      await until(isThere).catch((error: unknown) => {
        throw new Error(`not on the screen: ${String(text)}\n${screen().join('\n')}`, { cause: error });
      });
    },
    press: (keys) => void child.stdin.write(keys),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
      await ended;
    },
  };
}

/** What a terminal makes of what it is sent, as far as programs that ask for lines go. */
export function screenOf(sent: string): string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;

  for (const [piece, control, final] of sent.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|[^\x1b]/g)) {
    if (final !== undefined) {
      const count = Math.max(1, Number(control!.split(';')[0]) || 1);
      if (final === 'G') column = count - 1;
      else if (final === 'A') row = Math.max(0, row - count);
      else if (final === 'C') column += count;
      else if (final === 'D') column = Math.max(0, column - count);
      else if (final === 'K') lines[row] = control === '2' ? '' : lines[row]!.slice(0, column);
      else if (final === 'J') lines.splice(row, Infinity, lines[row]!.slice(0, column));
    } else if (piece === '\r') column = 0;
    else if (piece === '\b') column = Math.max(0, column - 1);
    else if (piece === '\n') {
      row += 1;
      if (row === lines.length) lines.push('');
    } else {
      const line = lines[row]!.padEnd(column);
      lines[row] = line.slice(0, column) + piece + line.slice(column + 1);
      column += 1;
    }
  }
  return lines.map((line) => line.trimEnd());
}
