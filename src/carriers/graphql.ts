import { builder } from '../graphql/builder.ts';
import { secretsOf } from './secrets.ts';

export const Carrier = builder.drizzleObject('carriers', {
  name: 'Carrier',
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
