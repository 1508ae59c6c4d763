import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { addRegistration } from './add-registration.ts';
import { readReferences } from './references.ts';
import { listRegistrations, type StoredRegistration } from './registrations.ts';
import { removeRegistration } from './remove-registration.ts';

const ABOUT = {
  country: 'ISO 3166-1 alpha-2.',
  sender: "The sender as it is written in messages, letters' case included.",
  register: 'Code of the register, e.g. `10dlc`; `senderRules` tells those of a country.',
  references: 'What the register calls it, texts by name, e.g. `{"entity": "…", "template": "…"}` of DLT.',
  validUntil: 'When it ends; absent = never.',
};

const SenderRegistration = builder.objectRef<StoredRegistration>('SenderRegistration').implement({
  description: "That a sender is in a country's register.",
  fields: (t) => ({
    country: t.exposeString('country', { description: ABOUT.country }),
    sender: t.exposeString('sender', { description: ABOUT.sender }),
    register: t.exposeString('register', { description: ABOUT.register }),
    references: t.expose('references', { type: 'JSON', description: ABOUT.references }),
    validUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: ABOUT.validUntil,
      resolve: ({ validUntil }) => (validUntil === null ? null : new Date(validUntil)),
    }),
  }),
});

builder.queryField('senderRegistrations', (t) =>
  t.field({
    permission: 'senders:read',
    type: [SenderRegistration],
    description: "The account's registrations, by country, sender and register.",
    resolve: (_root, _args, context) => listRegistrations(context.app, callerOf(context).accountId),
  }),
);

const AddSenderRegistrationInput = builder.inputType('AddSenderRegistrationInput', {
  description: "That a sender is in a country's register.",
  fields: (t) => ({
    country: t.string({ required: true, description: ABOUT.country }),
    sender: t.string({ required: true, description: ABOUT.sender }),
    register: t.string({ required: true, description: ABOUT.register }),
    references: t.field({ type: 'JSON', description: ABOUT.references }),
    validUntil: t.field({ type: 'DateTime', description: ABOUT.validUntil }),
  }),
});

const RemoveSenderRegistrationInput = builder.inputType('RemoveSenderRegistrationInput', {
  description: 'Which registration to forget.',
  fields: (t) => ({
    country: t.string({ required: true, description: ABOUT.country }),
    sender: t.string({ required: true, description: ABOUT.sender }),
    register: t.string({ required: true, description: ABOUT.register }),
  }),
});

const RemovedSenderRegistration = builder
  .objectRef<{ wasThere: boolean }>('RemovedSenderRegistration')
  .implement({
    description: 'A registration that is not there.',
    fields: (t) => ({
      wasThere: t.exposeBoolean('wasThere', { description: 'Whether there was anything to forget.' }),
    }),
  });

builder.mutationField('addSenderRegistration', (t) =>
  t.field({
    permission: 'senders:write',
    audit: 'sender_registration.add',
    type: SenderRegistration,
    description: 'Notes that a sender is registered, or changes what is noted of it; it may be used at once.',
    errors: { types: [InvalidInput] },
    args: {
      input: t.arg({ type: AddSenderRegistrationInput, required: true, description: 'The registration.' }),
    },
    resolve: (_root, { input: { references, validUntil, ...one } }, context) =>
      addRegistration(context.app, callerOf(context), {
        ...one,
        references: readReferences(references),
        validUntil: validUntil?.getTime() ?? null,
      }),
  }),
);

builder.mutationField('removeSenderRegistration', (t) =>
  t.field({
    permission: 'senders:write',
    audit: 'sender_registration.remove',
    type: RemovedSenderRegistration,
    description: 'Forgets a registration; one that is not there is forgotten already.',
    errors: { types: [InvalidInput] },
    args: {
      input: t.arg({ type: RemoveSenderRegistrationInput, required: true, description: 'Which one.' }),
    },
    resolve: async (_root, { input }, context) => ({
      wasThere: await removeRegistration(context.app, callerOf(context), input),
    }),
  }),
);
