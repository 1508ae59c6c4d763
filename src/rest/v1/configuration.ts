import { z } from '@hono/zod-openapi';
import { findAccount } from '../../accounts/find-account.ts';
import { CarrierNotFound } from '../../carriers/errors.ts';
import { CARRIER_KIND_NAMES } from '../../carriers/kinds.ts';
import { findCarrier, listCarriers } from '../../carriers/queries.ts';
import { carrierHealth } from '../../carriers/watch-health.ts';
import type { App } from '../../platform.ts';
import { listRoutes } from '../../routing/queries.ts';
import { listServices } from '../../services/list.ts';
import { ServiceSettings } from '../../services/settings.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { withETag } from './etag.ts';
import { idOf, idParams, moment, readIdParam } from './parts.ts';

const TAG = 'Configuration';

const Account = z
  .object({
    id: idOf('acc', 'The account'),
    name: z.string().openapi({ description: 'The name it was given.' }),
    residency: z
      .string()
      .nullable()
      .openapi({ description: 'The region that its messages must not leave; null = none.' }),
    currency: z.string().openapi({ description: 'Of all its prices, ISO 4217.' }),
    createdAt: moment('When it was created.'),
  })
  .openapi('Account');

const Service = z
  .object({
    id: idOf('svc', 'The service'),
    name: z.string().openapi({ description: 'Shown in messages.' }),
    isDefault: z.boolean().openapi({ description: 'Whether it serves the starts that name no service.' }),
    settings: z.looseObject({}).openapi({ description: 'Every rule, with the defaults filled in.' }),
    createdAt: moment('When it was created.'),
  })
  .openapi('Service');

const Carrier = z
  .object({
    id: idOf('car', 'The carrier'),
    name: z.string().openapi({ description: 'The name it was given.' }),
    enabled: z.boolean().openapi({ description: 'Whether it is used for new messages.' }),
    region: z.string().nullable().openapi({ description: 'Where its messages leave; null = not known.' }),
    kind: z.enum(CARRIER_KIND_NAMES).openapi({ description: 'What it speaks.' }),
    state: z
      .enum(['up', 'degraded', 'connecting', 'down', 'unknown'])
      .openapi({ description: 'How it stands now, over all workers.' }),
    problem: z
      .string()
      .nullable()
      .openapi({ description: 'What is wrong, in words; null while all is well.' }),
  })
  .openapi('Carrier', { description: 'A connection over which messages leave. It is changed over GraphQL.' });

const Route = z
  .object({
    id: idOf('rte', 'The route'),
    carrierId: idOf('car', 'Over which it goes'),
    name: z.string().openapi({ description: 'The name it was given.' }),
    priority: z.int().openapi({ description: '1 to 1000; 1 is tried first.' }),
    enabled: z.boolean().openapi({ description: 'Whether it is used for new messages.' }),
    countries: z.array(z.string()).nullable().openapi({ description: 'That it serves; null = all.' }),
    operators: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'Networks that it serves, as MCC and MNC; null = all.' }),
    sender: z.string().nullable().openapi({ description: "Overrides the service's sender." }),
    price: z.number().openapi({ description: "What one segment costs, in the account's currency." }),
    createdAt: moment('When it was added.'),
  })
  .openapi('Route', {
    description: "A carrier's way to some countries, with a sender. It is changed over GraphQL.",
  });

const listOf = (schema: z.ZodType) => z.object({ items: z.array(schema) });

/** What an account is set to, to be read. */
export function addConfiguration(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/account', name: 'getAccount', tag: TAG },
    summary: 'Read the account of whoever asks',
    permission: 'account:read',
    status: 200,
    answer: { schema: Account, description: 'The account.' },
    async handle({ who, context }) {
      const { id, name, residency, currency, createdAt } = await findAccount(app, who.accountId);
      return withETag(context, { id, name, residency, currency, createdAt });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/services', name: 'listServices', tag: TAG },
    summary: 'List services, oldest first',
    permission: 'services:read',
    status: 200,
    answer: { schema: listOf(Service), description: 'All services.' },
    async handle({ who, context }) {
      const items = (await listServices(app, who)).map(({ id, name, isDefault, settings, createdAt }) => ({
        ...{ id, name, isDefault, createdAt },
        settings: ServiceSettings.parse(settings),
      }));
      return withETag(context, { items });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/carriers', name: 'listCarriers', tag: TAG },
    summary: 'List carriers, oldest first, with how they stand',
    permission: 'carriers:read',
    status: 200,
    answer: { schema: listOf(Carrier), description: 'All carriers.' },
    async handle({ who, context }) {
      const items = (await listCarriers(app, who)).map((row) =>
        carrierShape(row, carrierHealth(app, who, row.id)),
      );
      return withETag(context, { items });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/carriers/{id}', name: 'getCarrier', tag: TAG },
    summary: 'Read a carrier',
    permission: 'carriers:read',
    params: idParams('car', 'The carrier'),
    status: 200,
    answer: { schema: Carrier, description: 'The carrier.' },
    errors: ['carrier/not_found'],
    async handle({ who, params, context }) {
      const id = readIdParam('car', params);
      const row = id && (await findCarrier(app, who, id));
      if (!row) throw new CarrierNotFound();
      return withETag(context, carrierShape(row, carrierHealth(app, who, row.id)));
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/routes', name: 'listRoutes', tag: TAG },
    summary: 'List routes, the preferred ones first',
    permission: 'routes:read',
    status: 200,
    answer: { schema: listOf(Route), description: 'All routes.' },
    async handle({ who, context }) {
      const items = (await listRoutes(app, who)).map(
        ({ id, carrierId, name, priority, enabled, countries, operators, sender, price, createdAt }) => ({
          ...{ id, carrierId, name, priority, enabled, countries, operators, sender, price, createdAt },
        }),
      );
      return withETag(context, { items });
    },
  });
}

type CarrierRow = Awaited<ReturnType<typeof listCarriers>>[number];

function carrierShape(
  { id, name, enabled, region, config }: CarrierRow,
  { state, problem }: ReturnType<typeof carrierHealth>,
): z.output<typeof Carrier> {
  return { id, name, enabled, region, kind: config.kind, state, problem: problem ?? null };
}
