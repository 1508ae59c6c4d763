import { InvalidInput, NameTaken } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId, type CarrierId } from '../ids.ts';
import { addCarrier } from './add-carrier.ts';
import { CarrierNotFound, CarrierOutsideResidency } from './errors.ts';
import { Carrier, CarrierSlaInput, SenderRules } from './graphql.ts';
import { SmppCarrierConfigInput } from './graphql-smpp.ts';
import { findCarrier, listCarriers } from './queries.ts';
import { updateCarrier } from './update-carrier.ts';

errorType(CarrierNotFound, 'There is no such carrier in this account.');

builder.queryField('carriers', (t) =>
  t.field({
    permission: 'carriers:read',
    type: [Carrier],
    description: "The account's carriers, oldest first.",
    resolve: (_root, _args, context) => listCarriers(context.app, callerOf(context)),
  }),
);

builder.queryField('carrier', (t) =>
  t.field({
    permission: 'carriers:read',
    type: Carrier,
    nullable: true,
    description: 'One carrier. `null` when this account has none of that id.',
    args: { id: t.arg.id({ required: true, description: 'Prefixed `car_`.' }) },
    resolve: async (_root, args, context) => {
      const id = parseId('car', args.id);
      return id && (await findCarrier(context.app, callerOf(context), id));
    },
  }),
);

const REGION =
  'Where its messages leave, e.g. `EU`; an account with a residency uses carriers of that region only.';
const SENDER_RULES = "Whether each country's sender rules are checked before a message goes this way.";
const SLA = 'What it promises, to be held to it.';
const NAME = '1 to 60 characters, unique among the carriers of the account.';

const ConnectSmppCarrierInput = builder.inputType('ConnectSmppCarrierInput', {
  description: 'A carrier that speaks SMPP v3.4.',
  fields: (t) => ({
    name: t.string({ required: true, description: NAME }),
    region: t.string({ description: REGION }),
    senderRules: t.field({ type: SenderRules, description: `${SENDER_RULES} Default \`OFF\`.` }),
    sla: t.field({ type: CarrierSlaInput, description: SLA }),
    config: t.field({
      type: SmppCarrierConfigInput,
      required: true,
      description: 'How it is reached; at least `host`, `port` and `systemId`.',
    }),
    password: t.string({ required: true, description: 'Of the bind. It is stored sealed and never shown.' }),
  }),
});

const ConnectHttpCarrierInput = builder.inputType('ConnectHttpCarrierInput', {
  description: 'A carrier that is reached over HTTP, described without code.',
  fields: (t) => ({
    name: t.string({ required: true, description: NAME }),
    region: t.string({ description: REGION }),
    senderRules: t.field({ type: SenderRules, description: `${SENDER_RULES} Default \`OFF\`.` }),
    sla: t.field({ type: CarrierSlaInput, description: SLA }),
    config: t.field({
      type: 'JSON',
      required: true,
      description:
        'Request, answer, receipts and messages from handsets; see the README of `src/carriers/http`.',
    }),
    secrets: t.field({
      type: 'JSON',
      description: 'The secrets that the configuration names, texts by name. Stored sealed and never shown.',
    }),
  }),
});

const UpdateCarrierInput = builder.inputType('UpdateCarrierInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    carrierId: t.id({ required: true, description: 'Which carrier.' }),
    name: t.string({ description: NAME }),
    region: t.string({ description: `${REGION} \`null\` = not known.` }),
    senderRules: t.field({ type: SenderRules, description: SENDER_RULES }),
    smpp: t.field({
      type: SmppCarrierConfigInput,
      description: 'What changes of the configuration of a carrier over SMPP.',
    }),
    sla: t.field({ type: CarrierSlaInput, description: `${SLA} \`null\` = nothing.` }),
    config: t.field({
      type: 'JSON',
      description:
        'The members of a configuration that change, each whole; `null` goes back to the default. For SMPP there is `smpp`.',
    }),
    secrets: t.field({
      type: 'JSON',
      description: 'The secrets that change, texts by name; SMPP has one, `password`.',
    }),
  }),
});

const SetCarrierEnabledInput = builder.inputType('SetCarrierEnabledInput', {
  description: 'Which carrier is used, or no longer.',
  fields: (t) => ({
    carrierId: t.id({ required: true, description: 'Which carrier.' }),
    enabled: t.boolean({ required: true, description: 'Whether it is used for new messages.' }),
  }),
});

builder.mutationField('connectSmppCarrier', (t) =>
  t.field({
    permission: 'carriers:write',
    audit: 'carrier.connect',
    type: Carrier,
    description: 'Adds a carrier over SMPP; every worker binds at once.',
    errors: { types: [CarrierOutsideResidency, NameTaken, InvalidInput] },
    args: { input: t.arg({ type: ConnectSmppCarrierInput, required: true, description: 'The carrier.' }) },
    resolve: (_root, { input: { password, ...input } }, context) =>
      addCarrier(context.app, callerOf(context), 'smpp', {
        ...input,
        senderRules: input.senderRules ?? undefined,
        secrets: { password },
      }),
  }),
);

builder.mutationField('connectHttpCarrier', (t) =>
  t.field({
    permission: 'carriers:write',
    audit: 'carrier.connect',
    type: Carrier,
    description: 'Adds a carrier over HTTP; every worker uses it at once.',
    errors: { types: [CarrierOutsideResidency, NameTaken, InvalidInput] },
    args: { input: t.arg({ type: ConnectHttpCarrierInput, required: true, description: 'The carrier.' }) },
    resolve: (_root, { input }, context) =>
      addCarrier(context.app, callerOf(context), 'http', {
        ...input,
        senderRules: input.senderRules ?? undefined,
      }),
  }),
);

builder.mutationField('updateCarrier', (t) =>
  t.field({
    permission: 'carriers:write',
    audit: 'carrier.update',
    type: Carrier,
    description: 'Changes a carrier; every worker reconnects it at once.',
    errors: { types: [CarrierNotFound, CarrierOutsideResidency, NameTaken, InvalidInput] },
    args: { input: t.arg({ type: UpdateCarrierInput, required: true, description: 'What changes.' }) },
    resolve: (_root, { input: { carrierId, region, sla, ...input } }, context) =>
      updateCarrier(context.app, callerOf(context), readId(carrierId), {
        region,
        sla,
        name: input.name ?? undefined,
        senderRules: input.senderRules ?? undefined,
        smpp: input.smpp ?? undefined,
        config: input.config ?? undefined,
        secrets: input.secrets ?? undefined,
      }),
  }),
);

builder.mutationField('setCarrierEnabled', (t) =>
  t.field({
    permission: 'carriers:write',
    audit: 'carrier.update',
    type: Carrier,
    description:
      'Takes a carrier into use, or out of it: its links are closed once what is in flight is done.',
    errors: { types: [CarrierNotFound, CarrierOutsideResidency] },
    args: { input: t.arg({ type: SetCarrierEnabledInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input: { carrierId, enabled } }, context) =>
      updateCarrier(context.app, callerOf(context), readId(carrierId), { enabled }),
  }),
);

function readId(text: string): CarrierId {
  const id = parseId('car', text);
  if (!id) throw new CarrierNotFound();
  return id;
}
