import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { checkCarriers } from '../carriers/check-carriers.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput } from '../errors.ts';
import type { CarrierId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findService } from '../services/directory.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { InvalidPhoneNumber } from '../verifications/errors.ts';
import { parsePhone } from '../verifications/phone.ts';
import { inboundNumbers, type InboundNumberRow } from './table.ts';

export interface NewInboundNumber {
  /** The one that brings its messages. */
  carrierId: CarrierId;
  /** A number with its country code, or a short code of 3–8 digits. */
  number: string;
  /** ISO 3166-1 alpha-2; needed for a short code, and that of the number otherwise. */
  country?: string | undefined;
  /** The only service that it serves; all of the account when absent. */
  serviceId?: ServiceId | undefined;
}

/**
 * Notes that people can text a number of ours, or changes what is noted of it.
 * @throws {CarrierNotFound | CarrierOutsideResidency | ServiceNotFound | InvalidInput}
 */
export async function addInboundNumber(
  app: App,
  who: Doer,
  input: NewInboundNumber,
): Promise<InboundNumberRow> {
  const { accountId } = who;
  const { carrierId, serviceId = null } = input;
  const address = readAddress(input);
  if (serviceId !== null && !(await findService(app, accountId, serviceId))) throw new ServiceNotFound();
  const now = app.clock();
  const row = {
    accountId,
    id: newId('num', now),
    carrierId,
    serviceId,
    ...address,
    createdAt: new Date(now),
  };
  return changeConfiguration(app, who, 'inbound_number.add', async (tx, act) => {
    await checkCarriers(tx, accountId, [carrierId], 'carrierId');
    const [stored] = await tx
      .insert(inboundNumbers)
      .values(row)
      .onConflictDoUpdate({
        target: [inboundNumbers.accountId, inboundNumbers.carrierId, inboundNumbers.number],
        set: { serviceId, country: row.country },
      })
      .returning();
    act.on(stored!.id, { carrier: carrierId, service: serviceId });
    return stored!;
  });
}

function readAddress({ number, country }: NewInboundNumber): { number: string; country: string } {
  if (country !== undefined && !/^[A-Z]{2}$/.test(country))
    throw new InvalidInput('country', 'A country is two capital letters (ISO 3166-1), e.g. HR.');
  const text = number.trim();
  if (/^\d{3,8}$/.test(text)) {
    if (country === undefined)
      throw new InvalidInput('country', 'A short code works in one country only: say which, e.g. HR.');
    return { number: text, country };
  }
  try {
    const phone = parsePhone(text, null);
    return { number: phone.e164, country: country ?? phone.country };
  } catch (error) {
    if (!(error instanceof InvalidPhoneNumber)) throw error;
    throw new InvalidInput('number', `${error.message} A short code has 3 to 8 digits.`);
  }
}
