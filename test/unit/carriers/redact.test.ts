import { describe, expect, test } from 'vitest';
import { errorWord, withoutEcho } from '../../../src/carriers/http/redact.ts';

describe('the words of a carrier', () => {
  const text = 'Your code is AB12CD, for Otpost';

  test.each([
    ['as it is', 'refused: Your code is AB12CD, for Otpost'],
    ['in small letters', 'refused: ab12cd'],
    ['as it went over the line', 'text=Your%20code%20is%20AB12CD%2C%20for%20Otpost'],
    ['inside of another word', 'xAB12CDy'],
  ])('lose the code of the message: %s', (_what, words) => {
    expect(withoutEcho(words, { text }, []).toUpperCase()).not.toContain('AB12CD');
  });

  test('keep what is not ours', () => {
    const words = 'error 4711: the subscriber is absent';
    expect(withoutEcho(words, { text }, [])).toBe(words);
  });
});

describe('the error code of a receipt', () => {
  test.each(['060', '1A7', 'absent_subscriber', 'E.404-2'])('is one word: %s', (code) => {
    expect(errorWord(code)).toBe(code);
  });

  test.each(['000 AB12CD is your code', '…|ab12cd', 'text=AB12CD', '{"text":"AB12CD"}', ''])(
    'is none when it says more: %s',
    (code) => expect(errorWord(code)).toBeUndefined(),
  );

  test('is not the number that it is about', () => {
    expect(errorWord('385911234567')).not.toContain('385911234567');
  });
});
