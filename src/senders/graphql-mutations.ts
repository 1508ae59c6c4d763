import { CarrierNotFound, CarrierOutsideResidency } from '../carriers/errors.ts';
import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId, type CarrierId, type SenderId } from '../ids.ts';
import { isText } from '../services/settings.ts';
import { addSender } from './add-sender.ts';
import { SenderNotFound } from './errors.ts';
import { Sender } from './graphql.ts';
import { pageSenders } from './queries.ts';
import { removeSender } from './remove-sender.ts';
import { updateSender } from './update-sender.ts';

const SenderConnection = builder.connectionObject(
  { type: Sender, name: 'SenderConnection', description: 'A page of senders.' },
  { description: 'A sender and its cursor.' },
);

builder.queryField('senders', (t) =>
  t.field({
    permission: 'senders:read',
    type: SenderConnection,
    description: "The account's senders, oldest first.",
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
      pool: t.arg.string({ description: 'Only those of this pool.' }),
    },
    resolve: async (_root, args, context) => {
      const page = { ...readPage('snd', args), pool: readPool(args.pool) };
      return toConnection(await pageSenders(context.app, callerOf(context).accountId, page), args);
    },
  }),
);

const ABOUT = {
  countries:
    'Countries where it may be used, ISO 3166-1 alpha-2; `null` = all. A short code is national: it names one.',
  carrierIds: 'Carriers that it may be used on; `null` = all.',
  pools: 'Pools that it is in, at most 20: names of 1 to 60 letters, digits, spaces and `. _ -`.',
};

const AddSenderInput = builder.inputType('AddSenderInput', {
  description: 'A sender, and where it may be used.',
  fields: (t) => ({
    value: t.string({
      required: true,
      description: 'A name of 1 to 11 letters, digits and spaces, a number with `+`, or a short code.',
    }),
    countries: t.stringList({ description: ABOUT.countries }),
    carrierIds: t.idList({ description: ABOUT.carrierIds }),
    pools: t.stringList({ description: `${ABOUT.pools} Default none.` }),
  }),
});

const UpdateSenderInput = builder.inputType('UpdateSenderInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    senderId: t.id({ required: true, description: 'Which sender.' }),
    countries: t.stringList({ description: ABOUT.countries }),
    carrierIds: t.idList({ description: ABOUT.carrierIds }),
    pools: t.stringList({ description: `${ABOUT.pools} They replace the ones before.` }),
    enabled: t.boolean({ description: 'Whether it is used for new messages.' }),
  }),
});

const RemoveSenderInput = builder.inputType('RemoveSenderInput', {
  description: 'Which sender to forget.',
  fields: (t) => ({ senderId: t.id({ required: true, description: 'Which sender.' }) }),
});

builder.mutationField('addSender', (t) =>
  t.field({
    permission: 'senders:write',
    audit: 'sender.add',
    type: Sender,
    description:
      'Adds a sender. Whoever names it, a service or a route, may use it only where it may be used; services ' +
      'that name one of its pools use it at once.',
    errors: { types: [CarrierNotFound, CarrierOutsideResidency, InvalidInput] },
    args: { input: t.arg({ type: AddSenderInput, required: true, description: 'The sender.' }) },
    resolve: (_root, { input: { carrierIds, pools, ...input } }, context) =>
      addSender(context.app, callerOf(context), {
        ...input,
        carrierIds: readCarrierIds(carrierIds),
        pools: pools ?? undefined,
      }),
  }),
);

builder.mutationField('updateSender', (t) =>
  t.field({
    permission: 'senders:write',
    audit: 'sender.update',
    type: Sender,
    description: 'Changes where a sender may be used, or takes it out of use with `enabled: false`.',
    errors: { types: [SenderNotFound, CarrierNotFound, CarrierOutsideResidency, InvalidInput] },
    args: { input: t.arg({ type: UpdateSenderInput, required: true, description: 'What changes.' }) },
    resolve: (_root, { input: { senderId, countries, carrierIds, pools, enabled } }, context) =>
      updateSender(context.app, callerOf(context), readId(senderId), {
        countries,
        carrierIds: readCarrierIds(carrierIds),
        pools: pools ?? undefined,
        enabled: enabled ?? undefined,
      }),
  }),
);

builder.mutationField('removeSender', (t) =>
  t.field({
    permission: 'senders:write',
    audit: 'sender.remove',
    type: Sender,
    description:
      'Forgets a sender and what was said of it. A service or a route that names it goes on using it, now ' +
      'without bounds: to stop that, take it out of use instead. Answers with the sender as it was.',
    errors: { types: [SenderNotFound] },
    args: { input: t.arg({ type: RemoveSenderInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) =>
      removeSender(context.app, callerOf(context), readId(input.senderId)),
  }),
);

function readId(text: string): SenderId {
  const id = parseId('snd', text);
  if (!id) throw new SenderNotFound();
  return id;
}

function readCarrierIds(texts: readonly string[] | null | undefined): CarrierId[] | null | undefined {
  return (
    texts?.map((text) => {
      const id = parseId('car', text);
      if (!id) throw new CarrierNotFound();
      return id;
    }) ?? (texts === null ? null : undefined)
  );
}

/** Of a name that no pool can have there is none, and nothing to ask for. @throws {InvalidInput} */
function readPool(name: string | null | undefined): string | undefined {
  if (name != null && !isText(name))
    throw new InvalidInput('pool', 'A pool has a name without control characters.');
  return name ?? undefined;
}
