import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { Carrier } from '../carriers/graphql.ts';
import type { RouteId } from '../ids.ts';
import type { Ranked, Reason } from './policy.ts';
import { findRoutes } from './queries.ts';
import { senderOf } from './sealed.ts';

export const Route = builder.drizzleObject('routes', {
  name: 'Route',
  permission: 'routes:read',
  description: "A carrier's way to some countries, with a sender.",
  select: {
    columns: { accountId: true, id: true, carrierId: true, name: true, priority: true, enabled: true },
  },
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `rte_`.', resolve: (route) => route.id }),
    name: t.string({ description: 'The name it was given.', resolve: (route) => route.name }),
    priority: t.int({ description: '1 to 1000; 1 is tried first.', resolve: (route) => route.priority }),
    enabled: t.boolean({
      description: 'Whether it is used for new messages.',
      resolve: (route) => route.enabled,
    }),
    countries: t.stringList({
      nullable: true,
      description: 'Countries that it serves, ISO 3166-1 alpha-2; absent = all.',
      select: { columns: { countries: true } },
      resolve: (route) => route.countries,
    }),
    sender: t.string({
      nullable: true,
      description: "Overrides the service's sender; absent = that of the service.",
      select: { columns: { sender: true, senderSealed: true } },
      resolve: (route, _args, { app }) => senderOf(app, route),
    }),
    price: t.float({
      description: "What one segment costs, in the account's currency.",
      select: { columns: { price: true } },
      resolve: (route) => route.price,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was added.',
      select: { columns: { createdAt: true } },
      resolve: (route) => route.createdAt,
    }),
    operators: t.stringList({
      nullable: true,
      description: 'Networks that it serves, as MCC and MNC; absent = all.',
      select: { columns: { operators: true } },
      resolve: (route) => route.operators,
    }),
    prices: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Where its price differs: by country, or by MCC and MNC, which comes first.',
      select: { columns: { prices: true } },
      resolve: (route) => route.prices,
    }),
    carrier: t.relation('carrier', { type: Carrier, description: 'Over which it goes.' }),
  }),
});

const RouteReason = builder.objectRef<Reason>('RouteReason').implement({
  description: 'One thing that counted in the choice of a route.',
  fields: (t) => ({
    factor: t.exposeString('factor', { description: 'What counted: `priority`, `load`, …' }),
    value: t.exposeFloat('value', { description: 'How much, in the unit of the factor.' }),
  }),
});

export const RouteCandidate = builder.objectRef<Ranked>('RouteCandidate').implement({
  permission: 'routes:read',
  description: 'A route that could have carried the message, as it was ranked then.',
  fields: (t) => ({
    route: t.loadable({
      type: Route,
      nullable: true,
      description: 'Absent when the route no longer exists.',
      load: (ids: RouteId[], context) => findRoutes(context.app, callerOf(context), ids),
      resolve: (candidate) => candidate.routeId as RouteId,
    }),
    score: t.exposeFloat('score', { description: 'Higher is better; 0 when it was excluded.' }),
    excluded: t.string({
      nullable: true,
      description: 'Why it could not be taken; absent when it could.',
      resolve: (candidate) => candidate.excluded,
    }),
    reasons: t.expose('reasons', { type: [RouteReason], description: 'What its score was made of.' }),
  }),
});
