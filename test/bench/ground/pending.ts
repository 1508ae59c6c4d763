import { deriveCode } from '../../../src/verifications/code.ts';
import { startVerification } from '../../../src/verifications/start.ts';
import type { VerificationRow } from '../../../src/verifications/table.ts';
import type { KnownCode } from '../load/jobs.ts';
import { phoneNumber } from './numbers.ts';
import type { Platform } from './platform.ts';

const AT_ONCE = 1_000;

/** Starts verifications from the bench's own app: the process under test has no part in it. */
export async function startPending(platform: Platform, count: number): Promise<VerificationRow[]> {
  const { app, who, numbers } = platform;
  const first = numbers.take(count);
  const rows: VerificationRow[] = [];
  for (let start = 0; start < count; start += AT_ONCE) {
    const inputs = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, i) => ({
      to: phoneNumber(first + start + i),
      channel: 'sms' as const,
    }));
    rows.push(...(await Promise.all(inputs.map((input) => startVerification(app, who, input)))));
  }
  return rows;
}

/** The code that the text would have carried. */
export function knownCode({ app }: Platform, row: VerificationRow): KnownCode {
  const { codeKeyId, codeNonce, codeLength, codeAlphabet } = row;
  const recipe = { nonce: codeNonce, length: codeLength, alphabet: codeAlphabet };
  return { verificationId: row.id, code: deriveCode(app.keys.key('code', codeKeyId), recipe) };
}
