import { builder } from '../graphql/builder.ts';
import { secretsOf } from './secrets.ts';

export const SenderRules = builder.enumType('SenderRules', {
  description: 'Whether a route is left out when the country would refuse its sender.',
  values: {
    CHECK: { value: 'check', description: 'By the rules that we know of each country.' },
    OFF: { value: 'off', description: 'The carrier sees to it.' },
  } as const,
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
      description: "Whether each country's sender rules are checked before a message goes this way.",
      select: { columns: { senderRules: true } },
      resolve: (carrier) => carrier.senderRules,
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
      resolve: (carrier) => [...new Set(secretsOf(carrier.config).map(({ name }) => name))],
    }),
  }),
});
