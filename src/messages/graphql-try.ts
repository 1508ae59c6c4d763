import { CarrierOutsideResidency } from '../carriers/errors.ts';
import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId } from '../ids.ts';
import { RouteNotFound } from '../routing/errors.ts';
import { SenderNotAllowed } from '../senders/errors.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { readServiceId } from '../services/read-service-id.ts';
import {
  CountryNotAllowed,
  DestinationLocked,
  DestinationOptedOut,
  InvalidPhoneNumber,
  TooManySends,
} from '../verifications/errors.ts';
import { Verification } from '../verifications/graphql.ts';
import { tryRoute } from './try-route.ts';

const TryRouteInput = builder.inputType('TryRouteInput', {
  description: 'Which route to try, and with whom.',
  fields: (t) => ({
    routeId: t.id({ required: true, description: 'Which route; it must be enabled.' }),
    to: t.string({
      required: true,
      description:
        "Whose handset: a phone number as a person types it; without a country code the service's default country counts.",
    }),
    serviceId: t.id({
      description: "Whose text, sender and rules; the account's default service when absent.",
    }),
  }),
});

builder.mutationField('tryRoute', (t) =>
  t.field({
    permission: 'routes:write',
    audit: 'route.try',
    type: Verification,
    description:
      'Sends a code over one route, to see its way. It is a verification like any other, with the limits of its ' +
      'number, but its message takes no other route, is retried over that one alone, and teaches routing nothing. ' +
      'Its attempts say why the other routes were not taken; where the route may not take it at all, ' +
      '`Message.failureReason` says why.',
    errors: {
      types: [
        RouteNotFound,
        CarrierOutsideResidency,
        InvalidPhoneNumber,
        CountryNotAllowed,
        SenderNotAllowed,
        TooManySends,
        DestinationLocked,
        DestinationOptedOut,
        ServiceNotFound,
        InvalidInput,
      ],
    },
    args: { input: t.arg({ type: TryRouteInput, required: true, description: 'Which route, with whom.' }) },
    resolve: async (_root, { input: { routeId, to, serviceId } }, context) => {
      const id = parseId('rte', routeId);
      if (!id) throw new RouteNotFound();
      return tryRoute(context.app, callerOf(context), {
        routeId: id,
        to,
        serviceId: readServiceId(serviceId),
      });
    },
  }),
);
