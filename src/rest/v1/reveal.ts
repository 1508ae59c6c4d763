import { z } from '@hono/zod-openapi';
import { REVEALS_AN_HOUR } from '../../accounts/count-reveal.ts';
import { InboundMessageNotFound } from '../../inbound/errors.ts';
import { revealSender } from '../../inbound/reveal-sender.ts';
import type { App } from '../../platform.ts';
import { VerificationNotFound } from '../../verifications/errors.ts';
import { revealNumber } from '../../verifications/reveal.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { idOf, idParams, readIdParam } from './parts.ts';
import { Mode } from './verification-shape.ts';

const NOTED = `It is noted in the audit log. A person sees ${REVEALS_AN_HOUR} an hour.`;

const RevealedNumber = z
  .object({
    verificationId: idOf('vrf', 'The verification that it is of'),
    mode: Mode.openapi({ description: 'That of its verification.' }),
    number: z.string().openapi({ description: 'In E.164, with its `+`.', example: '+385911234567' }),
  })
  .openapi('RevealedNumber');

const RevealedSender = z
  .object({
    inboundMessageId: idOf('inb', 'The message that they sent'),
    from: z.string().openapi({ description: 'A number in E.164; or a name or short code.' }),
  })
  .openapi('RevealedSender');

/** One phone number at a time, in full, for those who otherwise see them masked. */
export function addReveal(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/verifications/{id}/reveal', name: 'revealNumber', tag: 'Verifications' },
    summary: 'Show the number of a verification in full',
    description: NOTED,
    permission: 'numbers:reveal',
    audit: 'number.reveal',
    params: idParams('vrf', 'The verification'),
    status: 200,
    answer: { schema: RevealedNumber, description: 'The number.' },
    errors: ['verification/not_found', 'number/gone', 'number/too_many_reveals'],
    async handle({ who, params }) {
      const id = readIdParam('vrf', params);
      if (!id) throw new VerificationNotFound();
      return revealNumber(app, who, id);
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/inbound-messages/{id}/reveal', name: 'revealSender', tag: 'Messages' },
    summary: 'Show who sent a message from a handset, in full',
    description: NOTED,
    permission: 'numbers:reveal',
    audit: 'inbound_message.reveal',
    params: idParams('inb', 'The message'),
    status: 200,
    answer: { schema: RevealedSender, description: 'Who sent it.' },
    errors: ['inbound_message/not_found', 'number/too_many_reveals'],
    async handle({ who, params }) {
      const id = readIdParam('inb', params);
      if (!id) throw new InboundMessageNotFound();
      return revealSender(app, who, id);
    },
  });
}
