import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEYWORDS, readKeyword, type Keyword } from '../../../src/inbound/keywords.ts';

const ALL = Object.entries(KEYWORDS).flatMap(([language, meanings]) =>
  Object.entries(meanings).flatMap(([keyword, words]) =>
    words.map((word) => ({ language, keyword: keyword as Keyword, word })),
  ),
);
const entries = fc.constantFrom(...ALL);
const withoutMarks = (word: string) => word.normalize('NFD').replace(/\p{M}/gu, '').replace(/ı/g, 'i');

describe('keywords', () => {
  test('a word has one meaning, whatever the language', () => {
    for (const { word, keyword, language } of ALL)
      expect(readKeyword(word), `${language}: ${word}`).toBe(keyword);
  });

  test('every language has all three meanings', () => {
    for (const code of ['en', 'hr', 'de', 'fr', 'es', 'it', 'pt', 'pl', 'tr', 'nl'])
      for (const meaning of ['opt_out', 'opt_in', 'help'] as const)
        expect(KEYWORDS[code]?.[meaning].length, `${code} ${meaning}`).toBeGreaterThan(0);
  });

  test('capitals, diacritics, spaces around it and punctuation make no difference', () => {
    fc.assert(
      fc.property(
        entries,
        fc.constantFrom(
          (word: string) => word,
          (word: string) => word.toUpperCase(),
          withoutMarks,
          (word: string) => word.normalize('NFD'),
          (word: string) => word[0]!.toUpperCase() + word.slice(1),
        ),
        fc.stringMatching(/^[ \n\t]{0,3}$/),
        fc.stringMatching(/^[.!?… "”)]{0,4}$/),
        ({ word, keyword }, write, before, after) => {
          expect(readKeyword(before + write(word) + after)).toBe(keyword);
        },
      ),
    );
  });

  test('inside of a longer message it is none', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom('please ', 'ne ', 'do not ', '1'), ({ word }, more) => {
        expect(readKeyword(`${more}${word}`)).toBeUndefined();
        expect(readKeyword(`${word} ${more}`)).toBeUndefined();
      }),
    );
  });

  test.each([
    ['STOP', 'opt_out'],
    ['Stop.', 'opt_out'],
    ['"STOP"', 'opt_out'],
    ['¡ALTO!', 'opt_out'],
    ['STOP ALL', 'opt_out'],
    ['opt-out', 'opt_out'],
    ['ODJAVA', 'opt_out'],
    ['OTKAZI', 'opt_out'],
    ['ARRET', 'opt_out'],
    ['İPTAL', 'opt_out'],
    ['IPTAL', 'opt_out'],
    ['ÇIKIŞ', 'opt_out'],
    ['Prijava', 'opt_in'],
    ['UNSTOP', 'opt_in'],
    ['pomoc', 'help'],
    ['POMOĆ?', 'help'],
    ['YARDIM', 'help'],
    ['Yes', undefined],
    ['stop it please', undefined],
    ['', undefined],
    ['...', undefined],
    ['stop'.repeat(1_000), undefined],
  ])('%s is %s', (text, meaning) => {
    expect(readKeyword(text)).toBe(meaning);
  });
});
