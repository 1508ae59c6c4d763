import { InvalidInput, NameTaken } from '../errors.ts';
import { builder, type SchemaTypes } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { addCarrier } from './add-carrier.ts';
import { CarrierOutsideResidency } from './errors.ts';
import { ABOUT, Carrier, CarrierSlaInput, SenderRules } from './graphql.ts';
import { SmppCarrierConfigInput } from './graphql-smpp.ts';
import type { KindInGraphQL } from './kind.ts';
import { CARRIER_KINDS, type Kind, type TypedKind } from './kinds.ts';

type InputFields = PothosSchemaTypes.InputFieldBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>,
  'InputObject'
>;

const ERRORS = [CarrierOutsideResidency, NameTaken, InvalidInput];

const mutationOf = ({ connecting }: KindInGraphQL) =>
  ({
    permission: 'carriers:write',
    audit: 'carrier.connect',
    type: Carrier,
    description: connecting,
    errors: { types: ERRORS },
  }) as const;

/** What there is to say of every new carrier, however it is reached. */
const common = (t: InputFields) => ({
  name: t.string({ required: true, description: ABOUT.name }),
  region: t.string({ description: ABOUT.region }),
  senderRules: t.field({
    type: SenderRules,
    description: `${ABOUT.senderRules} Default \`CHECK\`; \`OFF\` where the carrier sees to senders itself.`,
  }),
  sla: t.field({ type: CarrierSlaInput, description: ABOUT.sla }),
});

const TYPED: Record<TypedKind['kind'], (kind: TypedKind) => void> = { smpp: connectSmpp };

for (const kind of CARRIER_KINDS) {
  if (isTyped(kind)) TYPED[kind.kind](kind);
  else connectByJson(kind);
}

function isTyped(kind: Kind): kind is TypedKind {
  return kind.graphql.config === 'typed';
}

/** `connectHttpCarrier`, and so on: the configuration is JSON, and the secrets are by name. */
function connectByJson({ kind, graphql }: Exclude<Kind, TypedKind>): void {
  const Input = builder.inputType(`Connect${graphql.name}CarrierInput`, {
    description: graphql.carrier,
    fields: (t) => ({
      ...common(t),
      config: t.field({ type: 'JSON', required: true, description: graphql.config.json }),
      secrets: t.field({
        type: 'JSON',
        description:
          'The secrets that the configuration names, texts by name. Stored sealed and never shown.',
      }),
    }),
  });
  builder.mutationField(`connect${graphql.name}Carrier`, (t) =>
    t.field({
      ...mutationOf(graphql),
      args: { input: t.arg({ type: Input, required: true, description: 'The carrier.' }) },
      resolve: (_root, { input }, context) => addCarrier(context.app, callerOf(context), kind, input),
    }),
  );
}

function connectSmpp({ kind, graphql }: TypedKind): void {
  const Input = builder.inputType(`Connect${graphql.name}CarrierInput`, {
    description: graphql.carrier,
    fields: (t) => ({
      ...common(t),
      config: t.field({
        type: SmppCarrierConfigInput,
        required: true,
        description: 'How it is reached; at least `host`, `port` and `systemId`.',
      }),
      password: t.string({
        required: true,
        description: 'Of the bind. It is stored sealed and never shown.',
      }),
    }),
  });
  builder.mutationField(`connect${graphql.name}Carrier`, (t) =>
    t.field({
      ...mutationOf(graphql),
      args: { input: t.arg({ type: Input, required: true, description: 'The carrier.' }) },
      resolve: (_root, { input: { password, ...input } }, context) =>
        addCarrier(context.app, callerOf(context), kind, { ...input, secrets: { password } }),
    }),
  );
}
