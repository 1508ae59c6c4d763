import { builder } from '../graphql/builder.ts';
import { errorType } from '../graphql/errors.ts';
import { SenderNotAllowed, SenderNotFound } from './errors.ts';
import { valueOf } from './sealed.ts';
import { senderKind } from './verdict.ts';

errorType(SenderNotFound, 'There is no such sender in this account.');

errorType(
  SenderNotAllowed,
  'No route can carry a message to this country: none of the senders that it could come from is let in. `code` ' +
    'says why, e.g. `sender/registration_missing`. Nothing was sent.',
  (t) => ({
    country: t.exposeString('country', { description: 'Country of the number, ISO 3166-1 alpha-2.' }),
    sender: t.exposeString('sender', { description: 'The sender, or the pool when it has none.' }),
    register: t.exposeString('register', {
      nullable: true,
      description: 'Code of the register that it must be in, e.g. `10dlc`; absent when it is not for that.',
    }),
  }),
);

export const SenderKind = builder.enumType('SenderKind', {
  description: 'What a sender is; its form tells.',
  values: {
    ALPHANUMERIC: { value: 'alphanumeric', description: 'A name of 1 to 11 characters.' },
    LONG_CODE: { value: 'longCode', description: 'A full number.' },
    TOLL_FREE: { value: 'tollFree', description: 'A full number of a free-call range.' },
    SHORT_CODE: { value: 'shortCode', description: '3 to 8 digits, of one country.' },
  } as const,
});

export const Sender = builder.drizzleObject('senders', {
  name: 'Sender',
  permission: 'senders:read',
  description: 'Whom messages may come from, and where.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `snd_`.', resolve: (sender) => sender.id }),
    value: t.string({
      description: 'A name, a number with `+`, or a short code.',
      resolve: (sender, _args, { app }) => valueOf(app, sender),
    }),
    kind: t.field({
      type: SenderKind,
      description: 'What it is.',
      resolve: async (sender, _args, { app }) => senderKind(await valueOf(app, sender))!,
    }),
    countries: t.stringList({
      nullable: true,
      description: 'Countries where it may be used, ISO 3166-1 alpha-2; absent = all.',
      resolve: (sender) => sender.countries,
    }),
    carrierIds: t.idList({
      nullable: true,
      description: 'Carriers that it may be used on, prefixed `car_`; absent = all.',
      resolve: (sender) => sender.carrierIds,
    }),
    pools: t.stringList({
      description: 'The pools that it is in: a pool is the senders that name it.',
      resolve: (sender) => sender.pools,
    }),
    enabled: t.boolean({
      description: 'Whether it is used for new messages.',
      resolve: (sender) => sender.enabled,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was added.',
      resolve: (sender) => sender.createdAt,
    }),
  }),
});
