import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { InvalidInput } from '../errors.ts';
import { parseId } from '../ids.ts';
import { createService } from './create.ts';
import { ServiceNotFound } from './errors.ts';
import { readSettingsInput, ServiceSettingsInputType, ServiceSettingsType } from './graphql-settings.ts';
import { listServices } from './list.ts';
import { settingsOf } from './sealed.ts';
import { ServiceSettings } from './settings.ts';
import { updateService } from './update.ts';

errorType(ServiceNotFound, 'There is no such service in this account.');

export const Service = builder.drizzleObject('services', {
  name: 'Service',
  permission: 'services:read',
  description: "An app's verification profile: what its codes, messages and limits are like.",
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `svc_`.', resolve: (service) => service.id }),
    name: t.string({
      description: 'Shown in messages where a template says `{service}`.',
      resolve: (service) => service.name,
    }),
    isDefault: t.boolean({
      description: 'Whether it serves the starts that name no service. One service of an account does.',
      resolve: (service) => service.isDefault,
    }),
    settings: t.field({
      type: ServiceSettingsType,
      description: 'Every rule, with the defaults filled in.',
      resolve: async (service, _args, { app }) => ServiceSettings.parse(await settingsOf(app, service)),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was created.',
      resolve: (service) => service.createdAt,
    }),
  }),
});

builder.queryField('services', (t) =>
  t.field({
    permission: 'services:read',
    type: [Service],
    description: "The account's services, oldest first.",
    resolve: (_root, _args, context) => listServices(context.app, callerOf(context)),
  }),
);

const CreateServiceInput = builder.inputType('CreateServiceInput', {
  description: 'A new service.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 60 characters.' }),
    settings: t.field({
      type: ServiceSettingsInputType,
      description: 'Only what is to differ from the defaults.',
    }),
    isDefault: t.boolean({ description: 'Make it the service of the starts that name none.' }),
  }),
});

const UpdateServiceInput = builder.inputType('UpdateServiceInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    serviceId: t.id({ required: true, description: 'Which service.' }),
    name: t.string({ description: '1 to 60 characters.' }),
    settings: t.field({
      type: ServiceSettingsInputType,
      description: 'The settings that change; `null` goes back to the default.',
    }),
    isDefault: t.boolean({ description: 'With `true` it becomes the service of the starts that name none.' }),
  }),
});

builder.mutationField('createService', (t) =>
  t.field({
    permission: 'services:write',
    audit: 'service.create',
    type: Service,
    description: 'Creates a service.',
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: CreateServiceInput, required: true, description: 'The service.' }) },
    resolve: (_root, { input }, context) =>
      createService(context.app, callerOf(context), {
        name: input.name,
        settings: readSettingsInput(input.settings),
        isDefault: input.isDefault ?? undefined,
      }),
  }),
);

builder.mutationField('updateService', (t) =>
  t.field({
    permission: 'services:write',
    audit: 'service.update',
    type: Service,
    description: 'Changes a service. Verifications that are pending keep the rules they started with.',
    errors: { types: [ServiceNotFound, InvalidInput] },
    args: { input: t.arg({ type: UpdateServiceInput, required: true, description: 'What changes.' }) },
    resolve: (_root, { input }, context) => {
      const id = parseId('svc', input.serviceId);
      if (!id) throw new ServiceNotFound();
      return updateService(context.app, callerOf(context), id, {
        name: input.name ?? undefined,
        settings: readSettingsInput(input.settings),
        isDefault: input.isDefault || undefined,
      });
    },
  }),
);
