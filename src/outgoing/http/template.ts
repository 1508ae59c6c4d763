/** A placeholder for a secret; its name is the first group. */
const SECRET = /^secret\.([A-Za-z][A-Za-z0-9_]{0,39})$/;

/** A text with placeholders, taken apart; `{{` and `}}` stand for the braces themselves. */
export type Template = readonly (string | { placeholder: string })[];

/** What is wrong with a template, for the person who wrote it. */
export class TemplateError extends Error {}

/**
 * Reads a template.
 * @param known the placeholders that may be in it, besides `{secret.…}`; `one.*` stands for any that begins with `one.`
 * @throws {TemplateError}
 */
export function parseTemplate(text: string, known: readonly string[]): Template {
  const parts: (string | { placeholder: string })[] = [];
  let literal = '';
  for (let at = 0; at < text.length;) {
    const two = text.slice(at, at + 2);
    if (two === '{{' || two === '}}') {
      literal += two[0]!;
      at += 2;
    } else if (two[0] === '{') {
      const end = text.indexOf('}', at);
      if (end === -1) throw new TemplateError('a { is not closed; the brace itself is written {{');
      const name = text.slice(at + 1, end);
      if (!SECRET.test(name) && !isKnown(name, known)) throw new TemplateError(unknown(name, known));
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push({ placeholder: name });
      at = end + 1;
    } else if (two[0] === '}') {
      throw new TemplateError('a } closes nothing; the brace itself is written }}');
    } else {
      literal += text[at]!;
      at += 1;
    }
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/** The names of the secrets in a template. */
export function secretsIn(template: Template): string[] {
  return template.flatMap((part) =>
    typeof part === 'object' ? (SECRET.exec(part.placeholder)?.[1] ?? []) : [],
  );
}

/** The value of a placeholder for a secret; `undefined` when it is one for something else. */
export function secretOf(placeholder: string, secrets: Readonly<Record<string, string>>): string | undefined {
  const name = SECRET.exec(placeholder)?.[1];
  return name === undefined ? undefined : secrets[name];
}

export type Value = string | number | boolean;

/** Puts values into a template, each written by `write`. */
export function fill(
  template: Template,
  valueOf: (placeholder: string) => Value,
  write: (text: string) => string = (text) => text,
): string {
  return template
    .map((part) => (typeof part === 'string' ? part : write(String(valueOf(part.placeholder)))))
    .join('');
}

/** The same, but a template that is one placeholder and nothing else keeps the type of its value. */
export function fillTyped(template: Template, valueOf: (placeholder: string) => Value): Value {
  const [only, ...rest] = template;
  if (typeof only === 'object' && rest.length === 0) return valueOf(only.placeholder);
  return fill(template, valueOf);
}

function isKnown(name: string, known: readonly string[]): boolean {
  return known.some((one) => (one.endsWith('.*') ? name.startsWith(one.slice(0, -1)) : name === one));
}

function unknown(name: string, known: readonly string[]): string {
  const names = [...known.map((placeholder) => `{${placeholder}}`), '{secret.name}'].join(', ');
  return `there is no placeholder {${name}}; there are ${names}`;
}
