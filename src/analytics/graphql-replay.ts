import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { Route } from '../routing/graphql.ts';
import { findRoutes } from '../routing/queries.ts';
import type { RouteId } from '../ids.ts';
import { RoutingStrategy } from '../services/graphql-settings.ts';
import { MAX_REPLAYED, replayInTurn, type Outcome, type RouteReplay } from './replay-routes.ts';

const ReplayPolicyInput = builder.inputType('ReplayPolicyInput', {
  description: 'How routes would have been chosen.',
  fields: (t) => ({
    strategy: t.field({ type: RoutingStrategy, required: true, description: 'By what.' }),
    valueOfConversion: t.float({
      description:
        "What one approved verification is worth, in the currency of the routes' prices. Default: of each message that of its service.",
    }),
  }),
});

const ReplayOutcome = builder.objectRef<Outcome>('ReplayOutcome').implement({
  description: 'What came of the attempts.',
  fields: (t) => ({
    conversions: t.exposeFloat('conversions', {
      description: 'Of the attempts that can be judged.',
    }),
    cost: t.exposeFloat('cost', { description: "In the account's currency." }),
    utility: t.exposeFloat('utility', { description: 'Value of the conversions − cost.' }),
  }),
});

const ReplayEstimate = builder.objectRef<RouteReplay['replayed']>('ReplayEstimate').implement({
  description:
    'What would probably have come of the attempts: what did where the policy takes the same route, what the record of the other route says elsewhere.',
  fields: (t) => ({
    conversions: t.exposeFloat('conversions', {
      description: 'Expected of the attempts that can be judged.',
    }),
    standardError: t.exposeFloat('standardError', { description: 'Of `conversions`.' }),
    low: t.exposeFloat('low', { description: 'Lower end of the 95 % interval of `conversions`.' }),
    high: t.exposeFloat('high', { description: 'Upper end of the 95 % interval of `conversions`.' }),
    cost: t.exposeFloat('cost', { description: "Expected, in the account's currency." }),
    utility: t.exposeFloat('utility', { description: 'Value of the conversions − cost, as expected.' }),
  }),
});

const ReplayedRoute = builder.objectRef<RouteReplay['routes'][number]>('ReplayedRoute').implement({
  description: 'How much of the traffic a route took, and would have taken.',
  fields: (t) => ({
    route: t.loadable({
      type: Route,
      nullable: true,
      description: 'Absent when it no longer exists.',
      load: (ids: RouteId[], context) => findRoutes(context.app, callerOf(context), ids),
      resolve: ({ routeId }) => routeId,
    }),
    actualShare: t.exposeFloat('actualShare', { description: 'Of all attempts, 0–1, as it was.' }),
    replayedShare: t.exposeFloat('replayedShare', {
      description: 'Of all attempts, 0–1, as it would have been.',
    }),
  }),
});

const RouteReplayType = builder.objectRef<RouteReplay>('RouteReplay').implement({
  description: 'What another policy would have made of past traffic: an estimate, with how sure it is.',
  fields: (t) => ({
    attempts: t.exposeInt('attempts', { description: 'How many were decided again.' }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: 'The last one, when the window has more than `limit`; absent when all were taken.',
    }),
    judged: t.exposeInt('judged', {
      description:
        'Those of them that conversions are counted of: settled, and not in vain for another reason than the route.',
    }),
    matchedShare: t.exposeFloat('matchedShare', {
      description:
        'Share of the attempts for which the policy takes the route that was taken, 0–1. The lower, the more is guessed.',
    }),
    unrouted: t.exposeInt('unrouted', { description: 'For so many it would have found no route.' }),
    valueOfConversion: t.exposeFloat('valueOfConversion', {
      description: 'As it was counted with; the mean over the attempts where it was that of their services.',
    }),
    actual: t.expose('actual', { type: ReplayOutcome, description: 'What was.' }),
    replayed: t.expose('replayed', { type: ReplayEstimate, description: 'What would have been.' }),
    routes: t.expose('routes', {
      type: [ReplayedRoute],
      description: 'The routes, those first that would have taken most.',
    }),
  }),
});

builder.queryField('routeReplay', (t) =>
  t.field({
    permission: 'routes:read',
    liveOnly: true,
    type: RouteReplayType,
    description:
      "Runs another policy over the account's past traffic and compares cost and expected conversions: what if, before a change goes live. Takes about a second for 20,000 attempts; one at a time for an account.",
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'The first moment of the window.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'The first moment behind it.' }),
      policy: t.arg({ type: ReplayPolicyInput, required: true, description: 'The policy to try.' }),
      limit: t.arg.int({
        required: true,
        defaultValue: 20_000,
        description: `Attempts at most, from the beginning of the window, 1–${MAX_REPLAYED}.`,
      }),
    },
    resolve: (_root, { from, to, policy, limit }, context) =>
      replayInTurn(context.app, callerOf(context), {
        ...{ from, to, limit, strategy: policy.strategy },
        valueOfConversion: policy.valueOfConversion ?? undefined,
      }),
  }),
);
