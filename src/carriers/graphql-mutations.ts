import { InvalidInput, NameTaken } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId, type CarrierId } from '../ids.ts';
import { CarrierNotFound, CarrierOutsideResidency } from './errors.ts';
import { ABOUT, Carrier, CarrierSlaInput, SenderRules } from './graphql.ts';
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

const UpdateCarrierInput = builder.inputType('UpdateCarrierInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    carrierId: t.id({ required: true, description: 'Which carrier.' }),
    name: t.string({ description: ABOUT.name }),
    region: t.string({ description: `${ABOUT.region} \`null\` = not known.` }),
    senderRules: t.field({ type: SenderRules, description: ABOUT.senderRules }),
    smpp: t.field({
      type: SmppCarrierConfigInput,
      description: 'What changes of the configuration of a carrier over SMPP.',
    }),
    sla: t.field({ type: CarrierSlaInput, description: `${ABOUT.sla} \`null\` = nothing.` }),
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

builder.mutationField('updateCarrier', (t) =>
  t.field({
    permission: 'carriers:write',
    audit: 'carrier.update',
    type: Carrier,
    description: 'Changes a carrier; every worker reconnects it at once.',
    errors: { types: [CarrierNotFound, CarrierOutsideResidency, NameTaken, InvalidInput] },
    args: { input: t.arg({ type: UpdateCarrierInput, required: true, description: 'What changes.' }) },
    resolve: (_root, { input: { carrierId, region, senderRules, sla, ...input } }, context) =>
      updateCarrier(context.app, callerOf(context), readId(carrierId), {
        region,
        senderRules,
        sla,
        name: input.name ?? undefined,
        typed: input.smpp ? { kind: 'smpp', config: input.smpp } : undefined,
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
