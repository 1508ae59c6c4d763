import { septetsOf } from './alphabets.ts';

const PLAIN: ReadonlyMap<string, string> = new Map([
  ...expand('\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u00b4\u0060', "'"),
  ...expand('\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb', '"'),
  ...expand('\u2010\u2011\u2012\u2013\u2014\u2015\u2212', '-'),
  ...expand(
    '\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t',
    ' ',
  ),
  ...expand('\u200b\u2060\ufeff\u00ad', ''),
  ...expand('\u2022\u00b7', '*'),
  ['\u2026', '...'],
]);

/**
 * Replaces typographic characters (curly quotes, dashes, odd spaces) with their plain forms, when that
 * alone brings the text into GSM 03.38: one curly quote costs 90 of the 160 characters of a segment. A
 * text that needs UCS-2 all the same is returned untouched, since nothing would be gained.
 */
export function transliterate(text: string): string {
  let plain = '';
  for (const character of text) {
    const replaced = PLAIN.get(character) ?? character;
    for (let i = 0; i < replaced.length; i++) {
      if (septetsOf(replaced.charCodeAt(i), 'gsm') === 0) return text;
    }
    plain += replaced;
  }
  return plain;
}

function expand(characters: string, plain: string): [string, string][] {
  return [...characters].map((character) => [character, plain]);
}
