import { checkCurrency } from '../accounts/currency.ts';
import { Account } from '../accounts/graphql.ts';
import { CarrierNotFound, CarrierOutsideResidency } from '../carriers/errors.ts';
import { InvalidInput, NameTaken } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId } from '../ids.ts';
import { addRoute } from './add-route.ts';
import { changeCurrency } from './change-currency.ts';
import { RouteNotFound } from './errors.ts';
import { Route } from './graphql.ts';
import { listRoutes } from './queries.ts';
import { updateRoute } from './update-route.ts';

errorType(RouteNotFound, 'There is no such route in this account.');

builder.queryField('routes', (t) =>
  t.field({
    permission: 'routes:read',
    type: [Route],
    description: "The account's routes, the preferred ones first.",
    resolve: (_root, _args, context) => listRoutes(context.app, callerOf(context)),
  }),
);

const ABOUT = {
  name: '1 to 60 characters, unique among the routes of the account.',
  priority: '1 to 1000; 1 is tried first.',
  countries: 'Countries that it serves, ISO 3166-1 alpha-2; `null` = all.',
  sender: "Overrides the service's sender; `null` = that of the service.",
  price: "Per segment, in the account's currency. Default 0.",
  operators: 'Networks that it serves, MCC and MNC, e.g. `21910`; `null` = all.',
  prices:
    'Where the price differs, by country or by MCC and MNC, e.g. `{ "HR": 0.02, "21910": 0.035 }`; `null` = nowhere.',
  currency: "Of the prices, ISO 4217. It must be the account's: nothing is converted.",
};

const AddRouteInput = builder.inputType('AddRouteInput', {
  description: "A carrier's way to some countries.",
  fields: (t) => ({
    carrierId: t.id({ required: true, description: 'Over which carrier.' }),
    name: t.string({ required: true, description: ABOUT.name }),
    priority: t.int({ required: true, description: ABOUT.priority }),
    countries: t.stringList({ description: ABOUT.countries }),
    sender: t.string({ description: ABOUT.sender }),
    price: t.float({ description: ABOUT.price }),
    operators: t.stringList({ description: ABOUT.operators }),
    prices: t.field({ type: 'JSON', description: ABOUT.prices }),
    currency: t.string({ description: ABOUT.currency }),
  }),
});

const UpdateRouteInput = builder.inputType('UpdateRouteInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    routeId: t.id({ required: true, description: 'Which route.' }),
    name: t.string({ description: ABOUT.name }),
    priority: t.int({ description: ABOUT.priority }),
    countries: t.stringList({ description: ABOUT.countries }),
    sender: t.string({ description: ABOUT.sender }),
    price: t.float({ description: ABOUT.price }),
    operators: t.stringList({ description: ABOUT.operators }),
    prices: t.field({ type: 'JSON', description: ABOUT.prices }),
    currency: t.string({ description: ABOUT.currency }),
    enabled: t.boolean({ description: 'Whether it is used for new messages.' }),
  }),
});

builder.mutationField('addRoute', (t) =>
  t.field({
    permission: 'routes:write',
    audit: 'route.add',
    type: Route,
    description: 'Adds a route over a carrier; new messages may take it at once.',
    errors: { types: [CarrierNotFound, CarrierOutsideResidency, NameTaken, InvalidInput] },
    args: { input: t.arg({ type: AddRouteInput, required: true, description: 'The route.' }) },
    resolve: async (_root, { input: { carrierId, price, currency, ...input } }, context) => {
      const id = parseId('car', carrierId);
      if (!id) throw new CarrierNotFound();
      const who = callerOf(context);
      await checkCurrency(context.app, who.accountId, currency);
      return addRoute(context.app, who, { ...input, carrierId: id, price: price ?? undefined });
    },
  }),
);

builder.mutationField('updateRoute', (t) =>
  t.field({
    permission: 'routes:write',
    audit: 'route.update',
    type: Route,
    description: 'Changes a route, or takes it out of use with `enabled: false`.',
    errors: { types: [RouteNotFound, CarrierOutsideResidency, NameTaken, InvalidInput] },
    args: { input: t.arg({ type: UpdateRouteInput, required: true, description: 'What changes.' }) },
    resolve: async (_root, { input: { routeId, ...input } }, context) => {
      const id = parseId('rte', routeId);
      if (!id) throw new RouteNotFound();
      const who = callerOf(context);
      await checkCurrency(context.app, who.accountId, input.currency);
      return updateRoute(context.app, who, id, {
        countries: input.countries,
        operators: input.operators,
        prices: input.prices,
        sender: input.sender,
        name: input.name ?? undefined,
        priority: input.priority ?? undefined,
        price: input.price ?? undefined,
        enabled: input.enabled ?? undefined,
      });
    },
  }),
);

const SetCurrencyInput = builder.inputType('SetCurrencyInput', {
  description: 'The currency of the account.',
  fields: (t) => ({
    currency: t.string({ required: true, description: 'ISO 4217, e.g. `EUR`, which is the default.' }),
  }),
});

builder.mutationField('setCurrency', (t) =>
  t.field({
    permission: 'account:write',
    audit: 'account.set_currency',
    type: Account,
    description:
      'Sets the currency of all prices and amounts of the account. Nothing is converted, so it is refused while ' +
      'any route has a price. What services pay (`maxPrice`, `valueOfConversion`) and what a number lookup costs ' +
      'keep their numbers: look at them, too.',
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: SetCurrencyInput, required: true, description: 'The currency.' }) },
    resolve: (_root, { input }, context) => changeCurrency(context.app, callerOf(context), input.currency),
  }),
);
