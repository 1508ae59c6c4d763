import { builder } from '../graphql/builder.ts';
import { namesOf } from '../outgoing/secrets.ts';
import { SANDBOX_CARRIER_ID } from '../sandbox/place.ts';
import { kindOf } from './kinds.ts';
import type { Sla } from './sla.ts';

export const SenderRules = builder.enumType('SenderRules', {
  description: 'Whether a route is left out when the country would refuse its sender.',
  values: {
    CHECK: { value: 'check', description: 'By the rules that we know of each country.' },
    OFF: { value: 'off', description: 'The carrier sees to it.' },
  } as const,
});

const SLA = {
  deliveryRate:
    'Share of the accepted messages whose receipt says that they were delivered: more than 0, less than 1.',
  receiptP95Ms: 'Nineteen of twenty such receipts come within so many milliseconds, 100–86400000.',
  windowMinutes: 'Over which both are counted, 5–1440. Default 60.',
};

/** Of what is said of a carrier, however it is reached. */
export const ABOUT = {
  name: '1 to 60 characters, unique among the carriers of the account.',
  region:
    'Where its messages leave, e.g. `EU`; an account with a residency uses carriers of that region only.',
  senderRules: "Whether each country's sender rules are checked before a message goes this way.",
  sla: 'What it promises, to be held to it.',
};

const CarrierSla = builder.objectRef<Sla>('CarrierSla').implement({
  description: 'What a carrier promises. Falling short of it raises an alarm and counts against its routes.',
  fields: (t) => ({
    deliveryRate: t.exposeFloat('deliveryRate', { nullable: true, description: SLA.deliveryRate }),
    receiptP95Ms: t.exposeInt('receiptP95Ms', { nullable: true, description: SLA.receiptP95Ms }),
    windowMinutes: t.exposeInt('windowMinutes', { description: SLA.windowMinutes }),
  }),
});

export const CarrierSlaInput = builder.inputType('CarrierSlaInput', {
  description: 'What a carrier promises: at least one of the two.',
  fields: (t) => ({
    deliveryRate: t.float({ description: SLA.deliveryRate }),
    receiptP95Ms: t.int({ description: SLA.receiptP95Ms }),
    windowMinutes: t.int({ required: true, defaultValue: 60, description: SLA.windowMinutes }),
  }),
});

export const Carrier = builder.drizzleObject('carriers', {
  name: 'Carrier',
  permission: 'carriers:read',
  description: 'A connection over which messages leave.',
  select: { columns: { accountId: true, id: true, name: true, enabled: true } },
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `car_`.', resolve: (carrier) => carrier.id }),
    name: t.string({ description: 'The name it was given.', resolve: (carrier) => carrier.name }),
    enabled: t.boolean({
      description: 'Whether it is used for new messages.',
      resolve: (carrier) => carrier.enabled,
    }),
    region: t.string({
      nullable: true,
      description:
        'Where its messages leave, e.g. `EU`; absent = not known, and closed to accounts with a residency.',
      select: { columns: { region: true } },
      resolve: (carrier) => carrier.region,
    }),
    senderRules: t.field({
      type: SenderRules,
      description: ABOUT.senderRules,
      select: { columns: { senderRules: true } },
      resolve: (carrier) => carrier.senderRules,
    }),
    sla: t.field({
      type: CarrierSla,
      nullable: true,
      description: 'What it promises; absent = nothing.',
      select: { columns: { sla: true } },
      resolve: (carrier) => carrier.sla,
    }),
    config: t.field({
      type: 'JSON',
      description: 'How it is reached. Secrets are named in it, never shown.',
      select: { columns: { config: true } },
      resolve: (carrier) => carrier.config,
    }),
    secrets: t.stringList({
      description: 'Names of the secrets that are set.',
      select: { columns: { config: true } },
      resolve: ({ id, config }) =>
        id === SANDBOX_CARRIER_ID ? [] : [...namesOf(kindOf(config).secretsOf(config))],
    }),
  }),
});
