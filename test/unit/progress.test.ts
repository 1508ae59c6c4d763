import { describe, expect, test } from 'vitest';
import { createProgress } from '../../src/progress.ts';

function written(isTTY: boolean) {
  const out = { isTTY, texts: [] as string[], write: (text: string) => void out.texts.push(text) };
  const time = { ms: 0 };
  return { out, time, progress: createProgress(out, () => time.ms) };
}

describe('the progress of a rotation', () => {
  test('is a bar that is drawn over itself in a terminal, ten times a second', () => {
    const { out, time, progress } = written(true);
    for (let done = 0; done <= 100; done++) {
      progress.update('Values', done, 100);
      time.ms += 10;
    }
    expect(out.texts[0]).toBe(`\r\x1b[2KValues  ${'░'.repeat(30)}  0/100  0 %`);
    expect(out.texts.slice(-2)).toEqual([`\r\x1b[2KValues  ${'█'.repeat(30)}  100/100  100 %`, '\n']);
    expect(out.texts).toHaveLength(12);
  });

  test('is a line a second elsewhere, and one at the end', () => {
    const { out, time, progress } = written(false);
    for (let done = 0; done <= 100; done++) {
      progress.update('Values', done, 100);
      time.ms += 25;
    }
    expect(out.texts).toEqual([
      'Values: 0 of 100 (0 %)\n',
      'Values: 40 of 100 (40 %)\n',
      'Values: 80 of 100 (80 %)\n',
      'Values: 100 of 100 (100 %)\n',
    ]);
  });

  test('a sentence begins a line of its own', () => {
    const { out, progress } = written(true);
    progress.update('Values', 1, 2);
    progress.say('Done.');
    expect(out.texts.slice(1)).toEqual(['\n', 'Done.\n']);
  });

  test('of nothing is whole', () => {
    const { out, progress } = written(false);
    progress.update('Values', 0, 0);
    expect(out.texts).toEqual(['Values: 0 of 0 (100 %)\n']);
  });
});
