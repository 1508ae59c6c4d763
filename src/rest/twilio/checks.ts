import { z } from 'zod';
import type { Principal } from '../../accounts/principal.ts';
import type { ServiceId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { findService } from '../../services/directory.ts';
import { checkVerification } from '../../verifications/check.ts';
import { endedError } from '../../verifications/ended.ts';
import {
  DestinationLocked,
  InvalidCode,
  ServiceNotFound,
  VerificationNotFound,
  WrongCode,
} from '../../verifications/errors.ts';
import { parsePhone } from '../../verifications/phone.ts';
import { findLatestOf } from '../../verifications/queries.ts';
import type { AnsweredVerification } from '../../verifications/number-of.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { InvalidParameter, Refusal } from './fault.ts';
import { findOf, serviceIdOf } from './find.ts';
import { unsupported } from './params.ts';
import { checkShape } from './verification-shape.ts';

/** What could be a code there; anything else is a mistake of the caller. */
const COULD_BE_A_CODE = /^.{4,10}$/u;

export function addCheck(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: '/v2/Services/{ServiceSid}/VerificationCheck', status: 201 },
    name: 'checking a code',
    permission: 'verifications:write',
    audit: 'verification.check',
    params: z.object({
      Code: z.string(),
      To: z.string().optional(),
      VerificationSid: z.string().optional(),
      Amount: unsupported('There are no payments to sign'),
      Payee: unsupported('There are no payments to sign'),
    }),
    async handle({ app, who, path, params: { Code, To, VerificationSid } }) {
      const serviceId = serviceIdOf(path);
      const row: AnsweredVerification = VerificationSid
        ? await findOf(app, who, serviceId, VerificationSid)
        : await latestOf(app, who, serviceId, To);
      const ended = endedError(row);
      // Of too many checks only the one that was too many says so: behind it there is nothing to check any more.
      if (ended) throw new Refusal(404, 20404, 'The requested resource was not found', { cause: ended });
      try {
        const approved = await checkVerification(app, who, { verificationId: row.id, code: Code });
        return await checkShape(
          app,
          who,
          { ...approved, ...(row.number && { number: row.number }) },
          app.clock(),
        );
      } catch (error) {
        if (error instanceof DestinationLocked)
          throw new Refusal(429, 60202, 'Max check attempts reached', { cause: error });
        const isWrong =
          error instanceof WrongCode || (error instanceof InvalidCode && COULD_BE_A_CODE.test(Code));
        // A wrong code is no error there.
        if (isWrong) return checkShape(app, who, row, app.clock());
        throw error;
      }
    },
  });
}

/**
 * The latest verification of a number.
 * @throws {VerificationNotFound | ServiceNotFound | InvalidPhoneNumber | InvalidParameter}
 */
async function latestOf(
  app: App,
  who: Principal,
  serviceId: ServiceId,
  to: string | undefined,
): Promise<AnsweredVerification> {
  if (to === undefined || to === '')
    throw new InvalidParameter('To', 'Say which verification: with To or VerificationSid.');
  const service = await findService(app, who.accountId, serviceId);
  if (!service) throw new ServiceNotFound();
  const { e164 } = parsePhone(to, service.settings.defaultCountry);
  const latest = await findLatestOf(app, who, e164, serviceId);
  if (!latest) throw new VerificationNotFound();
  return { ...latest, number: { e164, given: true } };
}
