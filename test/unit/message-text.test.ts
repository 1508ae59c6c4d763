import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countSegments } from '../../src/carriers/smpp/text.ts';
import { cheaperText, composeText } from '../../src/messages/text.ts';

describe('composeText', () => {
  test.each([
    ['en', 'Your Otpost verification code is 012345.'],
    ['hr', 'Vaš kod za Otpost je 012345.'],
    ['pt-BR', 'O seu código de verificação Otpost é 012345.'],
    ['PT', 'O seu código de verificação Otpost é 012345.'],
    ['zh-Hant-TW', '您的Otpost验证码是012345。'],
    ['sw', 'Your Otpost verification code is 012345.'],
    ['constructor', 'Your Otpost verification code is 012345.'],
  ])('speaks the closest language to %s', (locale, text) => {
    expect(composeText({}, locale, 'Otpost', '012345')).toBe(text);
  });

  test("a service's own text comes before the built-in one: the closest, then its English for all others", () => {
    const own = { 'pt-BR': 'BR {code}', pt: 'PT {code}', en: 'EN {code}' };
    expect(composeText(own, 'pt-BR', 'S', '1')).toBe('BR 1');
    expect(composeText(own, 'pt-br', 'S', '1')).toBe('BR 1');
    expect(composeText(own, 'pt-PT', 'S', '1')).toBe('PT 1');
    expect(composeText(own, 'en-GB', 'S', '1')).toBe('EN 1');
    expect(composeText(own, 'sw', 'S', '1')).toBe('EN 1');
    expect(composeText(own, 'hr', 'S', '1')).toBe('Vaš kod za S je 1.');
  });

  test('puts the code and the name into every place', () => {
    expect(composeText({ en: '{service}: {code} ({code}, {service}) {other}' }, 'en', 'S', '12')).toBe(
      'S: 12 (12, S) {other}',
    );
  });

  test.each(['Cash$$', '$&', '$1', "$'", '{code}', '{service}', 'A & B <C>'])(
    'writes the name %j as it is',
    (name) => expect(composeText({ en: '{service} {code}' }, 'en', name, '123456')).toBe(`${name} 123456`),
  );

  test('the code is in every text, whatever the name and the locale', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[a-z]{2,3}(-[A-Z]{2})?$/), (name, locale) => {
        const text = composeText({}, locale, name, '024680');
        expect(text).toContain('024680');
        expect(text).toContain(name);
      }),
    );
  });
});

describe('what a text costs', () => {
  const long = 'We’ll never ask for it\u00a0– keep it to yourself… ';

  test('is less where plain characters take its typographic ones out of UCS-2', () => {
    const text = `“Otpost” code: 123456. ${long}${long}`;
    expect(countSegments(text)).toBe(2);
    const cheaper = cheaperText(text);
    expect(countSegments(cheaper)).toBe(1);
    const plain = "We'll never ask for it - keep it to yourself... ";
    expect(cheaper).toBe(`"Otpost" code: 123456. ${plain}${plain}`);
  });

  test('is no reason to change one that would cost the same', () => {
    expect(cheaperText('“Otpost” code: 123456.')).toBe('“Otpost” code: 123456.');
    const needsUcs2 = `Vaš kod je 123456. ${long}${long}`;
    expect(cheaperText(needsUcs2)).toBe(needsUcs2);
  });

  test('is never more, and a code and a link stay what they are', () => {
    const code = '0123456789ABCDEFGHJKMNPQRSTWXYZ';
    const link = '\n@example.com #123456';
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a’“–\u00a0…š€') }), (words) => {
        const text = `${words}${code}${words}${link}`;
        const cheaper = cheaperText(text);
        expect(countSegments(cheaper)).toBeLessThanOrEqual(countSegments(text));
        expect(cheaper).toContain(code);
        expect(cheaper.endsWith(link)).toBe(true);
      }),
    );
  });
});
