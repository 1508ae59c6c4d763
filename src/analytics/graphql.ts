import { builder } from '../graphql/builder.ts';
import { InvalidCursor, MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import type { RouteId } from '../ids.ts';
import type { Alarm } from '../routing/alarms.ts';
import { Route } from '../routing/graphql.ts';
import { findRoutes } from '../routing/queries.ts';
import { alarmsOf } from './alarms-of.ts';
import { RoutingAlarm } from './graphql-alarms.ts';
import { decodeQualityCursor, encodeQualityCursor } from './quality-cursor.ts';
import {
  conversionRate,
  routingQuality,
  type Dimension,
  type Latency,
  type RoutingQuality,
} from './routing-quality.ts';
import { MAX_WINDOW_DAYS } from './window.ts';

const QualityDimension = builder.enumType('QualityDimension', {
  description: 'What groups are made by.',
  values: {
    COUNTRY: { value: 'country', description: 'Of the number.' },
    OPERATOR: { value: 'operator', description: 'Of the number, as far as it was known.' },
    ROUTE: { value: 'route', description: 'That the attempt took.' },
  } as const,
});

const RoutingQualityFilter = builder.inputType('RoutingQualityFilter', {
  description: 'All of what is given must match.',
  fields: (t) => ({
    countries: t.stringList({ description: 'Any of these, ISO 3166-1 alpha-2.' }),
    operators: t.stringList({ description: 'Any of these, MCC and MNC, e.g. `21910`.' }),
    routeIds: t.idList({ description: 'Any of these routes.' }),
  }),
});

const LatencyType = builder.objectRef<Latency>('LatencyQuantiles').implement({
  description: 'How long something took. Exact to 4.4 %: it is counted in buckets.',
  fields: (t) => ({
    p50: t.exposeInt('p50', { description: 'Half of all took less, milliseconds.' }),
    p95: t.exposeInt('p95', { description: 'Of twenty nineteen took less, milliseconds.' }),
    count: t.exposeInt('count', { description: 'How many it is taken of.' }),
  }),
});

type QualityNode = RoutingQuality & { id: string; alarms: Alarm[] };

const RoutingQualityType = builder.objectRef<QualityNode>('RoutingQuality').implement({
  description: 'What became of the attempts of one group that were submitted within the window.',
  fields: (t) => ({
    country: t.exposeString('country', {
      nullable: true,
      description: 'ISO 3166-1 alpha-2; absent when groups are not made by it.',
    }),
    operator: t.exposeString('operator', {
      nullable: true,
      description: 'MCC and MNC; absent when not known, or when groups are not made by it.',
    }),
    route: t.loadable({
      type: Route,
      nullable: true,
      description: 'Absent when groups are not made by it, or when it no longer exists.',
      load: (ids: RouteId[], context) => findRoutes(context.app, callerOf(context), ids),
      resolve: (group) => group.routeId,
    }),
    attempts: t.exposeInt('attempts', { description: 'How many were made.' }),
    share: t.exposeFloat('share', {
      description: 'Of all attempts that the question is about, 0–1.',
    }),
    accepted: t.exposeInt('accepted', { description: 'Taken by the carrier.' }),
    rejected: t.exposeInt('rejected', { description: 'Not taken by the carrier.' }),
    throttled: t.exposeInt('throttled', {
      description: 'Sent back for a moment: the carrier wanted less traffic, or its link was down.',
    }),
    delivered: t.exposeInt('delivered', { description: 'With a receipt that says so.' }),
    undelivered: t.exposeInt('undelivered', { description: 'With a receipt that says so.' }),
    converted: t.exposeInt('converted', {
      description:
        'Whose code was checked successfully: of several attempts the one that was delivered last, without receipts the last one that went out.',
    }),
    abandoned: t.exposeInt('abandoned', {
      description: 'In vain for no fault of the route: another attempt converted, or it was canceled.',
    }),
    waiting: t.exposeInt('waiting', { description: 'May still convert.' }),
    deliveredRate: t.float({
      nullable: true,
      description: '`delivered` ÷ `accepted`, 0–1; absent without any.',
      resolve: ({ delivered, accepted }) => (accepted > 0 ? delivered / accepted : undefined),
    }),
    conversionRate: t.float({
      nullable: true,
      description:
        '`converted` ÷ (`attempts` − `abandoned` − `waiting` − `throttled`), 0–1; absent without any.',
      resolve: conversionRate,
    }),
    cost: t.exposeFloat('cost', {
      description:
        "Of what carriers took: segments × the price of then, in the account's currency; the price of now for attempts that are older than this record.",
    }),
    costPerConversion: t.float({
      nullable: true,
      description: '`cost` ÷ `converted`; absent without any.',
      resolve: ({ cost, converted }) => (converted > 0 ? cost / converted : undefined),
    }),
    receiptLatency: t.expose('receiptLatency', {
      type: LatencyType,
      nullable: true,
      description: 'From the submission to the receipt that it was delivered.',
    }),
    alarms: t.expose('alarms', {
      type: [RoutingAlarm],
      description: 'What is wrong now with the route, its carrier, or the destination.',
    }),
    submitLatency: t.expose('submitLatency', {
      type: LatencyType,
      nullable: true,
      description: 'From the submission to the answer of the carrier.',
    }),
  }),
});

const RoutingQualityConnection = builder.connectionObject(
  { type: RoutingQualityType, name: 'RoutingQualityConnection', description: 'A page of groups.' },
  { description: 'A group and its cursor.' },
);

const ALL: readonly Dimension[] = ['country', 'operator', 'route'];

builder.queryField('routeQuality', (t) =>
  t.field({
    permission: 'routes:read',
    liveOnly: true,
    type: RoutingQualityConnection,
    description:
      'What became of the attempts of a window, by country, operator and route, most attempts first. What comes late (receipts, conversions) is counted for the time of the submission, a minute or so after it came.',
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'The first moment of the window.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: `The first moment behind it, at most ${MAX_WINDOW_DAYS} days later.`,
      }),
      groupBy: t.arg({ type: [QualityDimension], description: 'Default: all three.' }),
      filter: t.arg({ type: RoutingQualityFilter, description: 'Which attempts.' }),
      first: t.arg.int({ required: true, description: `How many groups, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context) => {
      const { limit } = readPage('rte', { first: args.first });
      const after = args.after == null ? undefined : decodeQualityCursor(args.after);
      if (args.after != null && !after) throw new InvalidCursor();
      const question = { ...args.filter, from: args.from, to: args.to, groupBy: args.groupBy ?? ALL };
      const who = callerOf(context);
      const groups = await routingQuality(context.app, who, question, { limit, after });
      const alarms = await alarmsOf(context.app, who, groups);
      return toConnection(
        groups.map((group, i) => ({ ...group, id: encodeQualityCursor(group), alarms: alarms[i]! })),
        args,
      );
    },
  }),
);
