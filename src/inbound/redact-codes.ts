/** Stands for a one-time password, however long it was. */
export const REDACTED = '••••••';

const DIGIT = String.raw`\p{Nd}`;
const SEPARATOR = String.raw`[ \t\u00a0\u2007\u2009\u202f.,_·*:/\p{Pd}]?`;
const CURRENCY = String.raw`(?:EUR|USD|GBP|CHF|HRK|PLN|TRY|BAM|RSD|HUF|CZK|kn|KM|zł|[€$£₺¥])`;
const AMOUNT = String.raw`${DIGIT}{1,3}(?:[ .,\u00a0\u202f]?${DIGIT}{3})*[.,]${DIGIT}{2}(?!${DIGIT})`;
const DAY = '(?:0?[1-9]|[12][0-9]|3[01])';
const MONTH = '(?:0?[1-9]|1[0-2])';
const YEAR = '(?:(?:19|20)[0-9]{2})';

/** Clear ones, as they are written in Europe and by ISO 8601. */
export const DATES_AND_TIMES = [
  // 23.11.2026, 23. 11. 2026, 23/11/2026, 23-11-2026
  String.raw`${DAY}(?:\. ?|[/-])${MONTH}(?:\. ?|[/-])${YEAR}(?!${DIGIT})`,
  // 2026-11-23
  String.raw`${YEAR}-${MONTH}-${DAY}(?!${DIGIT})`,
  // 14:05, 14:05:30
  String.raw`(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?![\p{Nd}:])`,
].join('|');

/** What is clearly no code, although it has as many digits. */
const READABLE = [
  DATES_AND_TIMES,
  // A price has cents, or its sign right at it: "482913 EUR" may be a code in front of a price.
  `${AMOUNT} ?${CURRENCY}`,
  String.raw`(?:[€$£₺¥]${DIGIT}{1,9}(?![\p{Nd}]))`,
  `${CURRENCY} ?${AMOUNT}`,
  // A phone number in one piece.
  String.raw`\+${DIGIT}{7,15}(?!${DIGIT})`,
].join('|');

/** In one piece or in groups. */
const NUMBER = `${DIGIT}(?:${SEPARATOR}${DIGIT})*`;

const NUMBERS = new RegExp(`(?<!${DIGIT})(?<readable>${READABLE})|(?<number>${NUMBER})`, 'gu');

// Stems, since many languages decline them.
const CODE_WORDS = [
  String.raw`[ck][oóòô]d(?:e|es|ice|ici|igo|igos|a|om|u|y|em|owi|zie|un|unuz|lar)?`,
  String.raw`c[oó]digos?`,
  'код(?:а|у|ом|ови)?',
  'pin',
  'otp',
  'tan',
  'token',
  'passcode',
  'password',
  'passwort',
  'kennwort',
  'mot de passe',
  'contraseña',
  'contrasena',
  'clave',
  'senha',
  'has[łl]o',
  '[sş]ifre(?:si|niz)?',
  'wachtwoord',
  'lozink(?:a|e|u|om)',
  'лозинк(?:а|е|у|ом)',
  'пароль',
  'zapork(?:a|e|u|om)',
].join('|');
const LINKS = String.raw`(?:[\s:=–—"'(«„“-]|(?:is|was|je|bio|ist|lautet|est|es|è|é|to|jest|за|је|for|za)(?=[\s:]))`;
const LETTERS_CODE = String.raw`[\p{L}\p{Nd}]{2,10}(?:\p{Pd}[\p{L}\p{Nd}]{2,6}){0,3}`;
/** What follows such a word, with "is", ":" and the like between them. */
const AFTER_CODE_WORD = new RegExp(
  String.raw`(?<=(?<!\p{L})(?:${CODE_WORDS})(?!\p{L})${LINKS}{1,12})(?<![\p{L}\p{Nd}])${LETTERS_CODE}(?![\p{L}\p{Nd}])`,
  'giu',
);
/** Letters and digits mixed, with two digits at least: A1B2C3, AB12-CD34. */
const MIXED =
  /(?<![\p{L}\p{Nd}])(?=[\p{L}\p{Pd}]{0,30}\p{Nd}[\p{L}\p{Pd}]{0,30}\p{Nd})(?=[\p{Nd}\p{Pd}]{0,30}\p{L})[\p{L}\p{Nd}]{2,10}(?:\p{Pd}[\p{L}\p{Nd}]{2,6}){0,3}(?![\p{L}\p{Nd}])/gu;

const WORD = /[\p{L}\p{Nd}]+(?:\p{Pd}[\p{L}\p{Nd}]+)*/gu;

/** What is left of a code whose other piece was replaced before the two were put together. */
const REST_OF_CODE = /(?<!\p{Nd})\p{Nd}{1,9}(?=•{6})|(?<=•{6})\p{Nd}{1,9}(?!\p{Nd})/gu;

/** As many as a reader sees: the digits of rarer scripts are pairs of units. */
const countSymbols = (token: string) => [...token.replace(/\p{Pd}/gu, '')].length;

const countDigits = (text: string) => text.match(/\p{Nd}/gu)?.length ?? 0;

/**
 * Replaces what may be a one-time password: 4 to 10 digits in one piece or in groups, whatever their
 * script; letters and digits mixed; and capitals behind a word such as "code". In doubt it is replaced;
 * clear dates, times, prices and phone numbers stay.
 */
export function redactCodes(text: string): string {
  // What was cut out may leave a code behind that nothing else stands beside any more: "12ab" of "12ab3456letters".
  for (let rest = text; ;) {
    const redacted = redactOnce(rest);
    if (redacted === rest) return rest;
    rest = redacted;
  }
}

function redactOnce(text: string): string {
  return joinDigits(text)
    .replace(AFTER_CODE_WORD, (token) => (looksLikeCode(token) ? REDACTED : token))
    .replace(MIXED, (token) => (isMixedCode(token) ? REDACTED : token))
    .replace(NUMBERS, (all: string, readable: string | undefined) =>
      readable === undefined && isNumberCode(all) ? REDACTED : all,
    )
    .replace(REST_OF_CODE, '');
}

/** Replaces codes that are known, however they are written: those of letters alone look like any word. */
export function redactKnown(text: string, codes: ReadonlySet<string>): string {
  if (codes.size === 0) return text;
  return text.replace(WORD, (word) => {
    const symbols = word.normalize('NFKC').replace(/\p{Pd}/gu, '');
    return codes.has(symbols.toUpperCase()) ? REDACTED : word;
  });
}

/** Takes out the invisible marks around digits, which would hide that they stand together. */
function joinDigits(text: string): string {
  return text.replace(/\p{Cf}+/gu, (marks, at: number) =>
    isDigit(text[at - 1]) || isDigit(text[at + marks.length]) ? '' : marks,
  );
}

// The digits of rarer scripts are pairs of units, of which the second or the first is seen here: taken for one.
const isDigit = (unit: string | undefined) => unit !== undefined && /[\p{Nd}\p{Cs}]/u.test(unit);

/** In one piece more than ten digits are no code; in groups they may be two of them. */
function isNumberCode(number: string): boolean {
  const digits = countDigits(number);
  const isGrouped = /[^\p{Nd}]/u.test(number);
  return digits >= 4 && (digits <= 10 || isGrouped);
}

function looksLikeCode(token: string): boolean {
  const symbols = countSymbols(token);
  if (symbols < 4 || symbols > 10) return false;
  if (!/\p{L}/u.test(token)) return false;
  return /\p{Nd}/u.test(token) || token === token.toUpperCase();
}

function isMixedCode(token: string): boolean {
  const symbols = countSymbols(token);
  return symbols >= 4 && symbols <= 12;
}
