import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId } from '../ids.ts';
import { CarrierNotFound } from './errors.ts';
import { Carrier } from './graphql.ts';
import type { BindHealth } from './carrier.ts';
import { stateOf, type OverallHealth, type WorkerHealth } from './health.ts';
import { findCarrier } from './queries.ts';
import { carrierHealth, watchCarrierHealth } from './watch-health.ts';

const CarrierState = builder.enumType('CarrierState', {
  description: 'How a carrier stands.',
  values: {
    UP: { value: 'up', description: 'All is well.' },
    DEGRADED: {
      value: 'degraded',
      description: 'It takes messages, and has a problem; or it is down for some of the workers.',
    },
    CONNECTING: { value: 'connecting', description: 'On its way up for the first time.' },
    DOWN: {
      value: 'down',
      description:
        'It takes no messages: its links are down, or its breaker is open. Traffic goes elsewhere.',
    },
    UNKNOWN: {
      value: 'unknown',
      description: 'No worker has told of it for 7 s: none is running, or the carrier is not enabled.',
    },
  } as const,
});

const BreakerState = builder.enumType('BreakerState', {
  description: 'What a circuit breaker lets through.',
  values: {
    CLOSED: { value: 'closed', description: 'Everything.' },
    HALF_OPEN: {
      value: 'halfOpen',
      description: 'Single messages, to see whether the carrier is well again.',
    },
    OPEN: { value: 'open', description: 'Nothing, after a run of submits that went wrong.' },
  } as const,
});

const BindState = builder.enumType('BindState', {
  description: 'Where a link stands.',
  values: {
    CONNECTING: { value: 'connecting', description: 'On its way up, or up again after a loss.' },
    UP: { value: 'up', description: 'Bound.' },
    DOWN: { value: 'down', description: 'Not bound; the next try comes after a pause.' },
    CLOSED: { value: 'closed', description: 'Left by us.' },
  } as const,
});

const BindMode = builder.enumType('BindMode', {
  description: 'What a link carries.',
  values: {
    TRANSMITTER: { value: 'transmitter', description: 'Messages out.' },
    RECEIVER: { value: 'receiver', description: 'Receipts in.' },
    TRANSCEIVER: { value: 'transceiver', description: 'Both.' },
  } as const,
});

const PROBLEM = 'What is wrong, in words; absent while all is well.';
const IN_FLIGHT = 'Submits without an answer yet.';
const PER_SECOND = 'Segments of the last second, measured; over HTTP requests.';
const ALLOWED = 'What may go per second now; absent while nothing holds it back.';

const CarrierBind = builder.objectRef<BindHealth>('CarrierBind').implement({
  description: 'One link of a worker to a carrier.',
  fields: (t) => ({
    mode: t.field({ type: BindMode, description: 'What it carries.', resolve: ({ mode }) => mode }),
    state: t.field({ type: BindState, description: 'Where it stands.', resolve: ({ state }) => state }),
    problem: t.exposeString('problem', { nullable: true, description: PROBLEM }),
    inFlight: t.exposeInt('inFlight', { description: IN_FLIGHT }),
    window: t.exposeInt('window', { description: 'How many there may be; 0 for a receiver.' }),
  }),
});

const CarrierWorker = builder.objectRef<WorkerHealth>('CarrierWorker').implement({
  description: 'How one worker stands with a carrier.',
  fields: (t) => ({
    worker: t.exposeID('worker', { description: 'Another one after each start of a worker.' }),
    state: t.field({ type: CarrierState, description: 'How the carrier stands for it.', resolve: stateOf }),
    problem: t.exposeString('problem', { nullable: true, description: PROBLEM }),
    binds: t.field({
      type: [CarrierBind],
      description: 'Its links one by one; none over HTTP.',
      resolve: ({ binds }) => binds,
    }),
    inFlight: t.exposeInt('inFlight', { description: IN_FLIGHT }),
    window: t.exposeInt('window', { description: 'How many there may be, over all links.' }),
    perSecond: t.float({ description: PER_SECOND, resolve: ({ pace }) => pace.perSecond }),
    allowedPerSecond: t.float({
      nullable: true,
      description: ALLOWED,
      resolve: ({ pace }) => pace.allowedPerSecond ?? null,
    }),
    throttles: t.int({
      description: 'How often the carrier said that it was too much, since the worker connected it.',
      resolve: ({ pace }) => pace.throttles,
    }),
    backOff: t.float({
      description: 'Share of what the carrier takes otherwise that may go now; 1 while it does not throttle.',
      resolve: ({ pace }) => pace.backOff,
    }),
    breaker: t.field({
      type: BreakerState,
      description: 'What it lets through.',
      resolve: ({ breaker }) => breaker?.state ?? 'closed',
    }),
    nextProbeAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When an open breaker lets the next message try.',
      resolve: ({ breaker }) => (breaker?.nextProbeAt === undefined ? null : new Date(breaker.nextProbeAt)),
    }),
    asOf: t.field({ type: 'DateTime', description: 'When it told.', resolve: ({ asOf }) => new Date(asOf) }),
  }),
});

const CarrierHealth = builder.objectRef<OverallHealth>('CarrierHealth').implement({
  permission: 'carriers:read',
  description: 'How a carrier stands, over all workers: at most 3 s old while they run.',
  fields: (t) => ({
    carrier: t.field({
      type: Carrier,
      description: 'Whose health it is.',
      resolve: async ({ carrierId }, _args, context) => {
        const carrier = await findCarrier(context.app, callerOf(context), carrierId);
        if (!carrier) throw new CarrierNotFound();
        return carrier;
      },
    }),
    carrierId: t.exposeID('carrierId', { description: 'Its id, which costs no look-up.' }),
    state: t.field({
      type: CarrierState,
      description: 'How it stands; `DEGRADED` also when the workers differ.',
      resolve: ({ state }) => state,
    }),
    problem: t.exposeString('problem', { nullable: true, description: PROBLEM }),
    inFlight: t.exposeInt('inFlight', { description: IN_FLIGHT }),
    window: t.exposeInt('window', { description: 'How many there may be.' }),
    free: t.exposeInt('free', {
      description:
        'How many more messages its workers would take now: by the window, the throughput that is left and the breaker. ' +
        'None goes over it while that is 0.',
    }),
    windowUse: t.float({
      description: 'Share of the window that is in use, 0 to 1.',
      resolve: ({ inFlight, window }) => (window === 0 ? 0 : inFlight / window),
    }),
    perSecond: t.exposeFloat('perSecond', { description: PER_SECOND }),
    allowedPerSecond: t.exposeFloat('allowedPerSecond', { nullable: true, description: ALLOWED }),
    throttles: t.exposeInt('throttles', {
      description: 'How often the carrier said that it was too much, since its workers connected it.',
    }),
    breaker: t.field({
      type: BreakerState,
      description: 'Of the worker that lets the least through.',
      resolve: ({ breaker }) => breaker,
    }),
    workers: t.field({
      type: [CarrierWorker],
      description: 'Each worker that holds a link to it; empty when none has told of it for 7 s.',
      resolve: ({ workers }) => [...workers],
    }),
    asOf: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When a worker told of it last; absent when none has lately.',
      resolve: ({ asOf }) => (asOf === undefined ? null : new Date(asOf)),
    }),
  }),
});

builder.drizzleObjectField(Carrier, 'health', (t) =>
  t.field({
    type: CarrierHealth,
    description: 'How it stands now. Live: the subscription `carrierHealth`.',
    resolve: ({ id }, _args, context) => carrierHealth(context.app, callerOf(context), id),
  }),
);

builder.subscriptionField('carrierHealth', (t) =>
  t.field({
    permission: 'carriers:read',
    type: CarrierHealth,
    description:
      "How the account's carriers stand: each one now, then whatever changes, at once when it says something new " +
      'and every second or two while its numbers move. A slow reader gets the newest of each. Does not complete.',
    args: {
      carrierIds: t.arg.idList({ description: 'Which carriers; absent: all, those of later included.' }),
    },
    subscribe: (_root, args, context) => {
      const ids = args.carrierIds?.map((id) => {
        const carrierId = parseId('car', id);
        if (!carrierId) throw new CarrierNotFound();
        return carrierId;
      });
      return watchCarrierHealth(context.app, callerOf(context), ids);
    },
    resolve: (health: OverallHealth) => health,
  }),
);
