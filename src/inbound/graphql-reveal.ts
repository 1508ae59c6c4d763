import { TooManyReveals } from '../accounts/errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId } from '../ids.ts';
import { InboundMessageNotFound } from './errors.ts';
import { revealSender, type RevealedSender } from './reveal-sender.ts';

errorType(InboundMessageNotFound, 'There is no such message from a handset in this account.');

const RevealedSenderType = builder.objectRef<RevealedSender>('RevealedSender').implement({
  description: 'Who texted one of our numbers, in full.',
  fields: (t) => ({
    inboundMessageId: t.exposeID('inboundMessageId', { description: 'The message that they sent.' }),
    from: t.exposeString('from', { description: 'A number in E.164; or a name or short code.' }),
  }),
});

const RevealSenderInput = builder.inputType('RevealSenderInput', {
  description: 'Whose number to show.',
  fields: (t) => ({ inboundMessageId: t.id({ required: true, description: 'Of which message.' }) }),
});

builder.mutationField('revealSender', (t) =>
  t.field({
    permission: 'numbers:reveal',
    audit: 'inbound_message.reveal',
    type: RevealedSenderType,
    description:
      'Shows who sent one message from a handset, in full. It is noted in the audit log, and counts as one of ' +
      '`revealNumber`.',
    errors: { types: [InboundMessageNotFound, TooManyReveals] },
    args: { input: t.arg({ type: RevealSenderInput, required: true, description: 'Whose.' }) },
    resolve: (_root, { input }, context) => {
      const id = parseId('inb', input.inboundMessageId);
      if (!id) throw new InboundMessageNotFound();
      return revealSender(context.app, callerOf(context), id);
    },
  }),
);
