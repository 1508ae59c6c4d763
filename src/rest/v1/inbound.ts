import { z } from '@hono/zod-openapi';
import type { Principal } from '../../accounts/principal.ts';
import { listInboundMessages, shownSender, shownText } from '../../inbound/queries.ts';
import type { InboundMessageRow } from '../../inbound/table.ts';
import type { App } from '../../platform.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { withETag } from './etag.ts';
import { idOf, moment, PageQuery, pageOf, readPageOf } from './parts.ts';

const InboundMessage = z
  .object({
    id: idOf('inb', 'The message'),
    from: z.string().openapi({ description: 'Who sent it, masked unless the caller may see it.' }),
    to: z.string().openapi({ description: 'Which of our numbers was texted.' }),
    text: z.string().openapi({
      description:
        'What it says. `••••••` stands where a one-time password was; phone numbers are masked like `from`.',
    }),
    kind: z
      .enum(['message', 'opt_out', 'opt_in', 'help', 'verification'])
      .openapi({ description: 'What it is for.' }),
    verificationId: idOf('vrf', 'The verification that its code was checked against').nullable(),
    receivedAt: moment('When it reached us.'),
  })
  .openapi('InboundMessage', { description: 'A message from a handset to one of our numbers.' });

export function addInbound(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/inbound-messages', name: 'listInboundMessages', tag: 'Messages' },
    summary: 'List messages from handsets, newest first',
    permission: 'inbound:read',
    query: PageQuery,
    status: 200,
    answer: { schema: pageOf(InboundMessage), description: 'A page of messages from handsets.' },
    errors: ['input/cursor'],
    async handle({ who, query, context }) {
      const { rows, nextCursor } = await readPageOf('inb', query, (page) =>
        listInboundMessages(app, who, page),
      );
      return withETag(context, {
        items: await Promise.all(rows.map((row) => inboundShape(app, who, row))),
        nextCursor,
      });
    },
  });
}

async function inboundShape(
  app: App,
  who: Principal,
  row: InboundMessageRow,
): Promise<z.output<typeof InboundMessage>> {
  const { id, ourNumber, kind, verificationId, receivedAt } = row;
  return {
    ...{ id, kind, verificationId, receivedAt },
    from: await shownSender(app, who, row),
    to: ourNumber,
    text: await shownText(app, who, row),
  };
}
