import { clearLine, createInterface, cursorTo } from 'node:readline';
import type { Person } from './connect.ts';

/** Lines that a person types, or a program writes, while other things are printed. */
export interface Lines {
  /** Stays under whatever is printed meanwhile. */
  ask(prompt: string): void;
  /** There is nothing to be asked any more. */
  askNothing(): void;
  /** Prints without tearing the line that is being typed. */
  around(print: () => void): void;
  /** Resolves when no more can come. */
  ended: Promise<void>;
  close(): void;
}

export function readLines({ stdin, stderr, interrupts }: Person, onLine: (line: string) => void): Lines {
  const terminal = stdin.isTTY && stderr.isTTY;
  const lines = createInterface({ input: stdin, output: stderr, terminal, prompt: '' });
  const ended = new Promise<void>((resolve) => lines.once('close', resolve));
  let closed = false;
  void ended.then(() => (closed = true));
  lines.on('line', (line) => onLine(line.trim()));
  // In a terminal Ctrl-C is a character that only the reader gets.
  lines.on('SIGINT', interrupts.raise);
  return {
    ask(prompt) {
      if (closed) return;
      // Where nothing is typed, whatever comes next begins a line of its own.
      if (!terminal) return void stderr.write(`${prompt}\n`);
      lines.setPrompt(prompt);
      lines.prompt();
    },
    askNothing: () => lines.setPrompt(''),
    around(print) {
      if (closed || !terminal) return print();
      cursorTo(stderr, 0);
      clearLine(stderr, 0);
      print();
      lines.prompt(true);
    },
    ended,
    close() {
      if (terminal && !closed) {
        // A question that is not asked any more.
        cursorTo(stderr, 0);
        clearLine(stderr, 0);
      }
      lines.close();
    },
  };
}

/** One answer. @returns `undefined` when there is nobody to give one @param hidden shows nothing of what is typed */
export async function askOnce(
  person: Person,
  prompt: string,
  { hidden = false }: { hidden?: boolean } = {},
): Promise<string | undefined> {
  const { stdin, stderr, interrupts } = person;
  const terminal = stdin.isTTY;
  stderr.write(terminal ? prompt : `${prompt}\n`);
  // Without an output of its own nothing is echoed: a terminal does not do it in raw mode.
  const lines = createInterface({ input: stdin, terminal, ...(!hidden && terminal && { output: stderr }) });
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      lines.once('line', (line) => resolve(line.trim()));
      lines.once('close', () => resolve(undefined));
      lines.on('SIGINT', interrupts.raise);
      interrupts.signal.addEventListener('abort', () => reject(interrupts.signal.reason as Error), {
        once: true,
      });
    });
  } finally {
    lines.close();
    if (hidden && terminal) stderr.write('\n');
  }
}
