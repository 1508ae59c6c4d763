import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { CarrierNotFound, CarrierOutsideResidency } from '../carriers/errors.ts';
import { Carrier } from '../carriers/graphql.ts';
import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId, type InboundNumberId } from '../ids.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { Service } from '../services/graphql.ts';
import { readServiceId } from '../services/read-service-id.ts';
import { addInboundNumber } from './add-number.ts';
import { InboundNumberNotFound } from './errors.ts';
import { removeInboundNumber } from './remove-number.ts';
import type { InboundNumberRow } from './table.ts';

errorType(InboundNumberNotFound, 'There is no such inbound number in this account.');

const InboundNumber = builder.drizzleObject('inboundNumbers', {
  name: 'InboundNumber',
  permission: 'inbound:read',
  description: 'A number of ours that people can text.',
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `num_`.', resolve: (number) => number.id }),
    number: t.exposeString('number', { description: 'E.164, or a short code.' }),
    country: t.exposeString('country', { description: 'Where it is at home, ISO 3166-1 alpha-2.' }),
    carrier: t.relation('carrier', { type: Carrier, description: 'The carrier that brings its messages.' }),
    service: t.relation('service', {
      type: Service,
      nullable: true,
      description: 'The only service that it serves; absent when it serves all of the account.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
  }),
});

// Its carrier and service can no longer be read by its row.
const RemovedInboundNumber = builder
  .objectRef<{ id: InboundNumberId; number: string }>('RemovedInboundNumber')
  .implement({
    description: 'A number that is no longer ours.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'What it was called, prefixed `num_`.' }),
      number: t.exposeString('number', { description: 'E.164, or a short code.' }),
    }),
  });

builder.queryField('inboundNumbers', (t) =>
  t.drizzleField({
    permission: 'inbound:read',
    type: [InboundNumber],
    description: 'The numbers of the account that people can text, oldest first.',
    // With their carriers and services in one statement: a number that is removed between two of them would fail them all.
    resolve: (query, _root, _args, context) =>
      context.app.db.query.inboundNumbers.findMany(
        query({ where: { accountId: callerOf(context).accountId }, orderBy: { id: 'asc' } }),
      ),
  }),
);

const AddInboundNumberInput = builder.inputType('AddInboundNumberInput', {
  description: 'A number that people can text.',
  fields: (t) => ({
    carrierId: t.id({ required: true, description: 'The carrier that brings its messages.' }),
    number: t.string({
      required: true,
      description: 'With its country code (`+385…`), or a short code of 3 to 8 digits.',
    }),
    country: t.string({
      description: 'ISO 3166-1 alpha-2: where a short code works. For other numbers their own when absent.',
    }),
    serviceId: t.id({ description: 'The only service that it serves; all of the account when absent.' }),
  }),
});

const RemoveInboundNumberInput = builder.inputType('RemoveInboundNumberInput', {
  description: 'Which number is no longer ours.',
  fields: (t) => ({
    inboundNumberId: t.id({ required: true, description: 'Which number.' }),
  }),
});

builder.mutationField('addInboundNumber', (t) =>
  t.field({
    permission: 'inbound:write',
    audit: 'inbound_number.add',
    type: InboundNumber,
    description: 'Adds a number that people can text. One that is there already is changed.',
    errors: {
      types: [CarrierNotFound, CarrierOutsideResidency, ServiceNotFound, InboundNumberNotFound, InvalidInput],
    },
    args: { input: t.arg({ type: AddInboundNumberInput, required: true, description: 'The number.' }) },
    resolve: async (_root, { input }, context, info) => {
      const carrierId = parseId('car', input.carrierId);
      if (!carrierId) throw new CarrierNotFound();
      const serviceId = readServiceId(input.serviceId);
      const { accountId, id } = await addInboundNumber(context.app, callerOf(context), {
        carrierId,
        serviceId,
        number: input.number,
        country: input.country ?? undefined,
      });
      const query = queryFromInfo({
        config: getSchemaConfig(builder),
        context,
        info,
        typeName: 'InboundNumber',
      });
      const number = await context.app.db.query.inboundNumbers.findFirst({
        ...query,
        where: { accountId, id },
      });
      // Removed by somebody else in the meantime.
      if (!number) throw new InboundNumberNotFound();
      return number as unknown as InboundNumberRow;
    },
  }),
);

builder.mutationField('removeInboundNumber', (t) =>
  t.field({
    permission: 'inbound:write',
    audit: 'inbound_number.remove',
    type: RemovedInboundNumber,
    description: 'Forgets a number. What still comes to it is kept for the account, without a service.',
    errors: { types: [InboundNumberNotFound] },
    args: { input: t.arg({ type: RemoveInboundNumberInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => {
      const id = parseId('num', input.inboundNumberId);
      if (!id) throw new InboundNumberNotFound();
      return removeInboundNumber(context.app, callerOf(context), id);
    },
  }),
);
