import { z } from 'zod';
import { parseJson } from '../../parse-json.ts';
import { cancelVerification } from '../../verifications/cancel.ts';
import { startVerification } from '../../verifications/start.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { InvalidParameter, Refusal } from './fault.ts';
import { findOf, serviceIdOf } from './find.ts';
import { CHANNELS, unsupported } from './params.ts';
import { verificationShape } from './verification-shape.ts';

const ALL = '/v2/Services/{ServiceSid}/Verifications';
const ONE = `${ALL}/{Sid}`;

const TEMPLATES = "Texts are in the service's templates";

/** A JSON object of values by the names of rate limits. */
const rateLimits = z.string().transform((text, context) => {
  const read = z
    .record(z.string(), z.union([z.string(), z.number().transform(String)]))
    .safeParse(parseJson(text));
  if (read.success) return read.data;
  context.addIssue('a JSON object of texts by the names of rate limits');
  return z.NEVER;
});

/** Verifications: start, look at, cancel, and check. */
export function addVerifications(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ALL, name: 'starting a verification', status: 201 },
    permission: 'verifications:write',
    audit: 'verification.start',
    params: z.object({
      To: z.string(),
      Channel: z.enum(CHANNELS, { error: `one of ${CHANNELS.join(', ')}` }),
      Locale: z.string().optional(),
      CustomFriendlyName: unsupported(TEMPLATES),
      CustomMessage: unsupported(TEMPLATES),
      CustomCode: unsupported('Codes are made here'),
      Amount: unsupported('There are no payments to sign'),
      Payee: unsupported('There are no payments to sign'),
      RateLimits: rateLimits.optional(),
      AppHash: unsupported(TEMPLATES),
      TemplateSid: unsupported(TEMPLATES),
      TemplateCustomSubstitutions: unsupported(TEMPLATES),
    }),
    async handle({ app, who, path, params: { To, Channel, Locale, RateLimits }, site }) {
      if (Channel !== 'sms' && Channel !== 'auto')
        throw new Refusal(400, 60223, `Delivery channel disabled: ${Channel}`, {
          why: 'Codes go by sms. auto is sms, too.',
        });
      const row = await startVerification(app, who, {
        to: To,
        channel: 'sms',
        serviceId: serviceIdOf(path),
        locale: Locale === '' ? undefined : Locale,
        limits: RateLimits,
      });
      return verificationShape(app, who, site, row);
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading a verification', status: 200 },
    permission: 'verifications:read',
    async handle({ app, who, path, site }) {
      return verificationShape(app, who, site, await findOf(app, who, serviceIdOf(path), path.Sid!));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ONE, name: 'canceling a verification', status: 200 },
    permission: 'verifications:write',
    audit: 'verification.cancel',
    params: z.object({ Status: z.enum(['canceled', 'approved'], { error: 'canceled' }) }),
    async handle({ app, who, path, params: { Status }, site }) {
      if (Status === 'approved')
        throw new InvalidParameter('Status', 'A verification is approved by its code alone.');
      const { id } = await findOf(app, who, serviceIdOf(path), path.Sid!);
      return verificationShape(app, who, site, await cancelVerification(app, who, id));
    },
  });
}
