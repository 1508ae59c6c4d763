import { timingSafeEqual } from 'node:crypto';
import type { App } from '../../platform.ts';
import { normalizeEmail } from '../email.ts';

const NONCE_BYTES = 16;
const FORM = /^([\w-]{22})\.([0-9a-f]{32})$/;

/** A year: for as long a browser is remembered that has signed in. */
export const DEVICE_SECONDS = 365 * 24 * 3_600;

/** What a browser keeps of a sign-in: that it was there once for this address, and nothing else. */
export function issueDevice(app: Pick<App, 'keys'>, email: string): string {
  const nonce = app.keys.randomBytes(NONCE_BYTES).toString('base64url');
  return `${nonce}.${markOf(app, email, nonce).toString('hex')}`;
}

/** @returns the name that its attempts are counted under; undefined when it is not of this address */
export function readDevice(
  app: Pick<App, 'keys'>,
  email: string,
  cookie: string | null | undefined,
): string | undefined {
  const [, nonce, mark] = FORM.exec(cookie ?? '') ?? [];
  if (!nonce || !mark) return undefined;
  return timingSafeEqual(markOf(app, email, nonce), Buffer.from(mark, 'hex')) ? nonce : undefined;
}

function markOf(app: Pick<App, 'keys'>, email: string, nonce: string): Buffer {
  return app.keys.blindIndex('sign-in', 'device', normalizeEmail(email), nonce);
}
