import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput } from '../errors.ts';
import type { App } from '../platform.ts';
import { isRegistration, sealRegistration, type StoredRegistration } from './registrations.ts';
import { listRules } from './rules.ts';
import { senderRegistrations } from './table.ts';
import { senderKind } from './verdict.ts';

/**
 * Notes that a sender is registered, or changes what is noted of it.
 * @throws {InvalidInput}
 */
export async function addRegistration(
  app: App,
  who: Doer,
  input: StoredRegistration,
): Promise<StoredRegistration> {
  const { accountId } = who;
  const { country, sender, register } = input;
  const [known] = await listRules(app, accountId, country);
  if (!known) throw new InvalidInput('country', `There are no sender rules for ${JSON.stringify(country)}.`);
  const kind = senderKind(sender);
  if (kind === undefined)
    throw new InvalidInput('sender', 'A sender is a name of 1–11 characters, a number or a short code.');
  const there = known.rule.kinds[kind]?.code;
  if (there !== register)
    throw new InvalidInput(
      'register',
      `${country} has no such register for this kind of sender: ${there === undefined ? 'there is none' : `it is \`${there}\``}.`,
    );
  const validUntil = input.validUntil === null ? null : new Date(input.validUntil);
  const now = app.clock();
  await changeConfiguration(app, who, 'sender_registration.add', async (tx, act) => {
    act.on(accountId, { country, register });
    const one = isRegistration(app, accountId, input);
    const [before] = await tx.delete(senderRegistrations).where(one).returning();
    const { id = newId('reg', now), createdAt = new Date(now) } = before ?? {};
    const sealed = await sealRegistration(app, { accountId, id }, input);
    await tx.insert(senderRegistrations).values({ ...sealed, country, register, validUntil, createdAt });
  });
  return input;
}
