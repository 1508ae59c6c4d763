import { and, eq, ne, or } from 'drizzle-orm';
import { z } from 'zod';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { changedIn } from '../audit/act.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Doer } from '../audit/actor.ts';
import { checkCarriers } from '../carriers/check-carriers.ts';
import { InvalidInput } from '../errors.ts';
import type { SenderId } from '../ids.ts';
import { Countries } from '../numbers/country.ts';
import type { App } from '../platform.ts';
import { readInput } from '../read-input.ts';
import { ServiceSettings } from '../services/settings.ts';
import { indexOf, openSender, sealSender, type Sender } from './sealed.ts';
import { senders, type SenderRow } from './table.ts';
import { senderKind } from './verdict.ts';

/** What is absent stays. */
export type SenderChange = {
  [Name in 'countries' | 'carrierIds' | 'pools' | 'enabled']?: SenderRow[Name] | undefined;
};

const Fields = z.object({
  value: ServiceSettings.shape.sender
    .unwrap()
    .refine(
      (value) => senderKind(value) !== undefined,
      'a sender is a name of 1–11 letters and digits, a long code (+…) or a short code (3–8 digits)',
    ),
  countries: Countries,
  carrierIds: z.array(z.string()).min(1).max(100).nullable(),
  pools: z.array(ServiceSettings.shape.senderPool.unwrap().unwrap()).max(20),
});

/** A sender with a change to it. @throws {InvalidInput} */
export function changeSender(before: Sender, change: SenderChange): Sender {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const after = { ...before, ...given };
  readInput(Fields, after);
  if (senderKind(after.value) === 'shortCode' && after.countries?.length !== 1)
    throw new InvalidInput('countries', 'A short code is national: name the one country that it is of.');
  return after;
}

/**
 * Writes what `make` makes of a sender; nobody changes the account's senders meanwhile, and starts and
 * workers follow at once.
 * @param action what that is called in the audit log
 * @throws {CarrierNotFound | CarrierOutsideResidency | InvalidInput}
 */
export async function saveSender(
  app: App,
  who: Doer,
  action: Extract<AuditAction, `sender.${string}`>,
  id: SenderId,
  make: (before: Sender | undefined) => Sender,
): Promise<Sender> {
  return changeConfiguration(app, who, action, async (tx, act) => {
    const account = eq(senders.accountId, who.accountId);
    const [stored] = await tx
      .select()
      .from(senders)
      .where(and(account, eq(senders.id, id)));
    const before = stored && (await openSender(app, stored));
    const row = make(before);
    // Those that it was on before stay with it, wherever they are.
    const added = (row.carrierIds ?? []).filter((carrierId) => !before?.carrierIds?.includes(carrierId));
    await checkCarriers(tx, who.accountId, added, 'carrierIds');
    const twins = await tx
      .select({ countries: senders.countries })
      .from(senders)
      .where(and(account, isSender(app, row), ne(senders.id, id)));
    if (twins.some((twin) => isSame(row, twin)))
      throw new InvalidInput(before ? 'countries' : 'value', 'The account has this sender already.');
    const target = [senders.accountId, senders.id];
    const sealed = await sealSender(app, row);
    await tx.insert(senders).values(sealed).onConflictDoUpdate({ target, set: sealed });
    act.on(id, before && changedIn(before, row));
    return row;
  });
}

/** The condition for senders of the same value, also those that are not sealed yet. */
function isSender(app: Pick<App, 'keys'>, { accountId, value }: Sender) {
  return or(eq(senders.value, value), eq(senders.valueIndex, indexOf(app, accountId, value)));
}

/** The same digits are another short code in another country. */
function isSame(row: Sender, twin: Pick<SenderRow, 'countries'>): boolean {
  return senderKind(row.value) !== 'shortCode' || row.countries?.[0] === twin.countries?.[0];
}
