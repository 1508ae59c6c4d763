import { countSegments } from '../carriers/smpp/text.ts';
import { transliterate } from '../carriers/smpp/transliterate.ts';

/**
 * What a message says. Short on purpose: every text here is one segment (160 characters of the
 * GSM alphabet, 70 otherwise) with a service name of up to 20 characters.
 */
const BUILT_IN = {
  ar: 'رمز التحقق الخاص بك في {service} هو {code}',
  cs: 'Váš ověřovací kód pro {service} je {code}.',
  de: 'Ihr Bestätigungscode für {service} lautet {code}.',
  en: 'Your {service} verification code is {code}.',
  es: 'Tu código de verificación de {service} es {code}.',
  fr: 'Votre code de vérification {service} est {code}.',
  hr: 'Vaš kod za {service} je {code}.',
  it: 'Il tuo codice di verifica {service} è {code}.',
  ja: '{service}の確認コードは{code}です。',
  nl: 'Je verificatiecode voor {service} is {code}.',
  pl: 'Twój kod weryfikacyjny {service} to {code}.',
  pt: 'O seu código de verificação {service} é {code}.',
  tr: '{service} doğrulama kodunuz {code}.',
  uk: 'Ваш код підтвердження для {service}: {code}',
  zh: '您的{service}验证码是{code}。',
};

/**
 * Writes a message in the closest language that there is: `pt-BR` → `pt` → English.
 * @param own the service's templates by locale, which come before the built-in ones
 */
export function composeText(
  own: Readonly<Record<string, string>>,
  locale: string,
  service: string,
  code: string,
): string {
  const language = locale.split('-')[0]!;
  const template =
    find(own, locale) ?? find(own, language) ?? find(BUILT_IN, language) ?? find(own, 'en') ?? BUILT_IN.en;
  const values = { service, code };
  return template.replace(/\{(service|code)\}/g, (_, name: keyof typeof values) => values[name]);
}

/**
 * The same text with plain characters for typographic ones where that costs fewer segments: one curly quote
 * takes a text out of GSM 03.38, and with it 90 of the 160 characters of a segment. One that would cost the
 * same goes out as it was written.
 */
export function cheaperText(text: string): string {
  const segments = countSegments(text);
  if (segments === 1) return text;
  const plain = transliterate(text);
  return countSegments(plain) < segments ? plain : text;
}

/** Locales are the same in capitals and small letters (BCP 47 §2.1.1). */
function find(templates: Readonly<Record<string, string>>, locale: string): string | undefined {
  const wanted = locale.toLowerCase();
  return Object.entries(templates).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
