import { Carrier } from '../carriers/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import type { RouteId } from '../ids.ts';
import { createAlarmDirectory, type Alarm } from '../routing/alarms.ts';
import { Route } from '../routing/graphql.ts';
import { findRoutes } from '../routing/queries.ts';
import { watchAlarms } from './alarm-stream.ts';

const RoutingAlarmKind = builder.enumType('RoutingAlarmKind', {
  description: 'What went wrong.',
  values: {
    BLACK_HOLE: {
      value: 'blackHole',
      description: 'The route takes messages, and nothing more is heard of them.',
    },
    REJECTS: { value: 'rejects', description: 'The route refuses most messages.' },
    NO_CONVERSIONS: {
      value: 'noConversions',
      description: 'The route reports messages as delivered, and nobody types their codes in.',
    },
    PLACE_OUTAGE: {
      value: 'placeOutage',
      description: 'Nothing is heard of messages to a country or operator, over several routes.',
    },
    SLA_DELIVERY: { value: 'slaDelivery', description: 'The carrier delivers less than it promised.' },
    SLA_LATENCY: { value: 'slaLatency', description: 'The carrier delivers later than it promised.' },
  } as const,
});

export const RoutingAlarm = builder.objectRef<Alarm>('RoutingAlarm').implement({
  description: 'Something that is, or was, wrong with a carrier, a route or a destination.',
  fields: (t) => ({
    kind: t.field({ type: RoutingAlarmKind, description: 'What went wrong.', resolve: ({ kind }) => kind }),
    route: t.loadable({
      type: Route,
      nullable: true,
      description: 'Of which route; absent when it is about something else.',
      load: (ids: RouteId[], context) => findRoutes(context.app, callerOf(context), ids),
      resolve: ({ routeId }) => routeId,
    }),
    carrierId: t.id({
      nullable: true,
      description: 'Of which carrier; absent when it is about something else.',
      resolve: ({ carrierId }) => carrierId,
    }),
    country: t.exposeString('country', {
      nullable: true,
      description: 'To which country, ISO 3166-1 alpha-2; absent when it is about something else.',
    }),
    operator: t.exposeString('operator', {
      nullable: true,
      description: 'With which operator, MCC and MNC; absent when not known.',
    }),
    raisedAt: t.expose('raisedAt', { type: 'DateTime', description: 'Since when.' }),
    clearedAt: t.expose('clearedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when; absent while it lasts.',
    }),
    attempts: t.int({
      description: 'Of so many attempts.',
      resolve: ({ facts }) => facts.attempts,
    }),
    observed: t.float({
      description:
        'Share of them that was delivered, heard of, or taken, 0–1; for `SLA_LATENCY` p95 in milliseconds.',
      resolve: ({ facts }) => facts.observed,
    }),
    expected: t.float({
      description: 'What it should be at least; for `SLA_LATENCY` at most.',
      resolve: ({ facts }) => facts.expected,
    }),
  }),
});

builder.drizzleObjectField(Carrier, 'alarms', (t) =>
  t.field({
    type: [RoutingAlarm],
    description: 'Promises that it is breaking now.',
    resolve: async ({ id }, _args, context) =>
      (await context.app.single(createAlarmDirectory).of(callerOf(context).accountId)).filter(
        ({ carrierId }) => carrierId === id,
      ),
  }),
);

builder.subscriptionField('routingAlarms', (t) =>
  t.field({
    permission: 'routes:read',
    liveOnly: true,
    type: RoutingAlarm,
    description:
      "The alarms of the account's routing: those that last, then each as it is raised or cleared. Does not complete.",
    subscribe: (_root, _args, context) => watchAlarms(context.app, callerOf(context)),
    resolve: (alarm: Alarm) => alarm,
  }),
);
