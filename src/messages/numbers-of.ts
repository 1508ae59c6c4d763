import { isOutage } from '../db/outage.ts';
import type { AccountId, MessageId } from '../ids.ts';
import type { Resolution } from '../numbers/resolution.ts';
import { resolveNumber } from '../numbers/resolve.ts';
import { createNumberResolver, type NumberToResolve } from '../numbers/resolver.ts';
import type { App } from '../platform.ts';
import type { VaultedNumber } from '../vault/table.ts';
import { openPhone, openPhoneSoon } from '../verifications/phone.ts';
import type { VerificationRow } from '../verifications/table.ts';

/** The number that a message goes to. */
export interface NumberOf {
  /** E.164 with `+`. */
  to: string;
  /** Its blind index. */
  destination: Buffer;
  /** A promise while it is being looked up; it is kept within the account's deadline. */
  resolution: Resolution | Promise<Resolution>;
}

export interface Unreadable {
  error: unknown;
}

interface ToResolve {
  id: MessageId;
  verification: VerificationRow;
  number: VaultedNumber;
}

/**
 * What is known of the numbers of a claim. The country is that of the verification, which libphonenumber has
 * told already; without a configured lookup the rest is said by the digits.
 * @param told by messages whose lookup is over
 * @returns by messages; the error where a number could not be opened
 */
export async function numbersOf(
  app: App,
  messages: readonly ToResolve[],
  told: ReadonlyMap<MessageId, Resolution>,
): Promise<Map<MessageId, NumberOf | Unreadable>> {
  const numbers = new Map<MessageId, NumberOf | Unreadable>();
  const asked = new Set<AccountId>();
  const open: (NumberToResolve & { id: MessageId })[] = [];
  for (const { id, verification, number: vaulted } of messages) {
    const { accountId, country, mode } = verification;
    const { subject: destination, numberSealed } = vaulted;
    let e164: string;
    try {
      // Of a hundred messages under a key that is not to be had, one asks for it.
      e164 = asked.has(accountId)
        ? openPhone(app.keys, verification, numberSealed)
        : await openPhoneSoon(app.keys, verification, numberSealed);
    } catch (error) {
      if (isOutage(error)) throw error;
      asked.add(accountId);
      numbers.set(id, { error });
      continue;
    }
    // A lookup costs money, and tells somebody of a number: nothing for a test.
    const resolution = mode === 'test' ? resolveNumber(e164, country) : told.get(id);
    if (resolution) numbers.set(id, { to: e164, destination, resolution });
    else open.push({ id, accountId, number: destination, e164, hint: resolveNumber(e164, country) });
  }
  const resolved = await app.single(createNumberResolver).resolve(open);
  open.forEach(({ id, e164: to, number: destination }, i) =>
    numbers.set(id, { to, destination, resolution: resolved[i]! }),
  );
  return numbers;
}
