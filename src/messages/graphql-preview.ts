import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { NumberResolution } from '../numbers/graphql.ts';
import { RouteCandidate } from '../routing/graphql.ts';
import { RoutingStrategy } from '../services/graphql-settings.ts';
import { readServiceId } from '../services/read-service-id.ts';
import { previewRoute, type PreviewedRoute, type RoutePreview } from './preview-route.ts';

const PreviewedRouteType = builder.objectRef<PreviewedRoute>('PreviewedRoute').implement({
  description: 'A route that is open for the message.',
  fields: (t) => ({
    candidate: t.expose('ranked', {
      type: RouteCandidate,
      description: 'The route, its score, and what the score is made of.',
    }),
    sender: t.exposeString('sender', { description: 'Who the message would come from.' }),
    price: t.exposeFloat('price', { description: "Per segment, in the account's currency." }),
    rate: t.float({
      nullable: true,
      description:
        'Chance of a conversion by what has been learned, 0–1; absent for strategies that do not learn.',
      resolve: ({ ranked }) => ranked.reasons.find(({ factor }) => factor === 'rate')?.value,
    }),
    share: t.exposeFloat('share', {
      description:
        'How often it comes first when the choice is made many times at this moment, 0–1: between routes of which the policy leaves the choice to chance.',
    }),
  }),
});

const RoutePreviewType = builder.objectRef<RoutePreview>('RoutePreview').implement({
  description: 'Which route a message would take now, and why. Nothing is sent, and nothing learned.',
  fields: (t) => ({
    serviceId: t.id({
      description: 'By the settings of this service.',
      resolve: ({ service }) => service.id,
    }),
    strategy: t.field({
      type: RoutingStrategy,
      description: 'How the service has its routes chosen.',
      resolve: ({ service }) => service.routing,
    }),
    at: t.expose('at', { type: 'DateTime', description: 'The moment that it is true of.' }),
    number: t.expose('number', { type: NumberResolution, description: 'What is known of the number.' }),
    chosen: t.field({
      type: PreviewedRouteType,
      nullable: true,
      description: 'The route that the message would take; absent when none is open.',
      resolve: ({ candidates }) => candidates[0],
    }),
    candidates: t.expose('candidates', {
      type: [PreviewedRouteType],
      description: 'The routes that are open, best first.',
    }),
    excluded: t.expose('excluded', {
      type: [RouteCandidate],
      description: 'The routes that could not be taken, each with the reason.',
    }),
    notConsidered: t.exposeStringList('notConsidered', {
      description: 'What a real choice takes into account and this one could not see.',
    }),
  }),
});

builder.queryField('routePreview', (t) =>
  t.field({
    permission: 'routes:read',
    liveOnly: true,
    type: RoutePreviewType,
    description:
      'What would be chosen for a message to this number now, and why. Sends nothing. That it was asked is noted in the ' +
      'audit log, and whoever lacks `numbers:reveal` asks so often and no more, as in `VerificationFilter.to`.',
    args: {
      to: t.arg.string({ required: true, description: 'The number, as a person types it.' }),
      serviceId: t.arg.id({ description: 'Which service; the default one when absent.' }),
    },
    resolve: (_root, { to, serviceId }, context) =>
      previewRoute(context.app, callerOf(context), { to, serviceId: readServiceId(serviceId) }),
  }),
);
