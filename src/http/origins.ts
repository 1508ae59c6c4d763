const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/;
const DEFAULT_PORT = /^(https:\/\/.+):443$|^(http:\/\/.+):80$/;

/**
 * An origin as browsers write it in their `Origin` header: `https://app.example`, `capacitor://localhost`.
 * @returns undefined for what can be none
 */
export function readOrigin(text: string): string | undefined {
  const lower = text.trim().toLowerCase();
  if (lower.length > 200 || !ORIGIN.test(lower)) return undefined;
  const [, https, http] = DEFAULT_PORT.exec(lower) ?? [];
  return https ?? http ?? lower;
}

export const ORIGIN_RULE = 'an origin is written https://app.example, without a path';
