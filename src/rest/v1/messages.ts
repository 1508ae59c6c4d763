import { MessageNotFound } from '../../messages/errors.ts';
import { traceMessage, traceMessages } from '../../messages/trace.ts';
import type { App } from '../../platform.ts';
import { VerificationNotFound } from '../../verifications/errors.ts';
import { findVerification } from '../../verifications/queries.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { withETag } from './etag.ts';
import { Message, messageShape } from './message-shape.ts';
import { idParams, PageQuery, pageOf, readIdParam, readPageOf } from './parts.ts';

const TAG = 'Messages';

/** The messages of verifications, with the way that each took. */
export function addMessages(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/verifications/{id}/messages', name: 'listMessages', tag: TAG },
    summary: "List a verification's messages, oldest first",
    permission: 'messages:read',
    params: idParams('vrf', 'The verification'),
    query: PageQuery,
    status: 200,
    answer: { schema: pageOf(Message), description: 'A page of messages.' },
    errors: ['verification/not_found', 'input/cursor'],
    async handle({ who, params, query, context }) {
      const id = readIdParam('vrf', params);
      if (!id || !(await findVerification(app, who, id))) throw new VerificationNotFound();
      const { rows, nextCursor } = await readPageOf('msg', query, (page) =>
        traceMessages(app, who, id, page),
      );
      const items = await Promise.all(rows.map((row) => messageShape(app, row)));
      return withETag(context, { items, nextCursor });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/messages/{id}', name: 'getMessage', tag: TAG },
    summary: 'Read a message with its attempts',
    permission: 'messages:read',
    params: idParams('msg', 'The message'),
    status: 200,
    answer: { schema: Message, description: 'The message.' },
    errors: ['message/not_found'],
    async handle({ who, params, context }) {
      const id = readIdParam('msg', params);
      const message = id && (await traceMessage(app, who, id));
      if (!message) throw new MessageNotFound();
      return withETag(context, await messageShape(app, message));
    },
  });
}
