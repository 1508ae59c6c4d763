import { Mode } from '../accounts/graphql-mode.ts';
import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { ACTIONS, ALL_ACTIONS } from './actions.ts';
import { hashEntry } from './entry.ts';
import { entryOfRow, pageAuditLog } from './queries.ts';
import type { AuditEntryRow } from './table.ts';

const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'What was done.',
  values: Object.fromEntries(
    ALL_ACTIONS.map((action) => [
      action.replace('.', '_').toUpperCase(),
      { value: action, description: `\`${action}\`: ${ACTIONS[action].about}` },
    ]),
  ),
});

const AuditKind = builder.enumType('AuditKind', {
  description: 'What kind of thing was done.',
  values: {
    ACT: { value: 'act', description: 'A change of what is configured.' },
    TRAFFIC: { value: 'traffic', description: 'Verifications were started, checked, canceled.' },
    READ: { value: 'read', description: 'Personal data was read.' },
    REFUSAL: { value: 'refusal', description: 'Something was not let be done, whatever it was.' },
  } as const,
});

const AuditActor = builder.objectRef<AuditEntryRow>('AuditActor').implement({
  description: 'Who did it, and from where.',
  fields: (t) => ({
    kind: t.string({
      description:
        '`apiKey`, `clientToken` or another kind of credential; `system`: Otpost by itself; `several`: so many that ' +
        'they are not told apart.',
      resolve: (entry) => entry.actorKind,
    }),
    id: t.id({
      nullable: true,
      description:
        'Of the key, the person, the client; of a client token its verification. Absent of `system`.',
      resolve: (entry) => entry.actorId,
    }),
    session: t.id({
      nullable: true,
      description: 'Which of its sessions or tokens, where there can be several.',
      resolve: (entry) => entry.actorSession,
    }),
    address: t.string({
      nullable: true,
      description:
        'The IP address that it came from, as trusted proxies tell it. Absent: from within, or from many.',
      resolve: (entry) => entry.address,
    }),
  }),
});

const AuditEntry = builder.drizzleObject('auditEntries', {
  name: 'AuditEntry',
  permission: 'audit:read',
  description:
    'Who did what to what from where. Nothing in it is a phone number, a code, a name or a text: ids only.',
  // All of it: the hash is over every column.
  select: true,
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `aud_`.', resolve: (entry) => entry.id }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When.' }),
    kind: t.expose('kind', { type: AuditKind, description: 'What kind of thing.' }),
    actor: t.field({ type: AuditActor, description: 'Who, and from where.', resolve: (entry) => entry }),
    action: t.expose('action', { type: AuditActionEnum, description: 'What.' }),
    mode: t.expose('mode', {
      type: Mode,
      nullable: true,
      description:
        'Of what an API key did: for real, or in a test. Absent of people, clients and Otpost itself, who do nothing in ' +
        'tests, and of entries from before it was noted.',
    }),
    outcome: t.exposeString('outcome', { description: '`ok`, or the code of what stood in the way.' }),
    count: t.exposeInt('count', {
      description:
        'How often: what one caller started, checked or read at the same moment is one entry, and so is what was ' +
        'refused within a minute.',
    }),
    targets: t.idList({
      description:
        'To what: ids of the kind that the action says. Of what was refused, the first 20 ids that were asked for.',
      resolve: (entry) => entryOfRow(entry).targets,
    }),
    details: t.field({
      type: 'JSON',
      nullable: true,
      description: 'More about it, by action: e.g. `changed`, the names of the fields that were changed.',
      resolve: (entry) => entry.details,
    }),
    hash: t.string({
      description: 'SHA-256 of the entry in hexadecimal: what the chain of blocks holds of it.',
      resolve: (entry) => hashEntry(entryOfRow(entry)).toString('hex'),
    }),
  }),
});

const AuditFilter = builder.inputType('AuditFilter', {
  description: 'All of what is given must match.',
  fields: (t) => ({
    actor: t.id({ description: 'Of this key, person or client.' }),
    action: t.field({ type: [AuditActionEnum], description: 'Any of these.' }),
    target: t.id({ description: 'Done to this thing.' }),
    from: t.field({ type: 'DateTime', description: 'Not before.' }),
    to: t.field({ type: 'DateTime', description: 'Before this moment.' }),
  }),
});

const AuditConnection = builder.connectionObject(
  { type: AuditEntry, name: 'AuditConnection', description: 'A page of the audit log.' },
  { description: 'An entry and its cursor.' },
);

builder.queryField('auditLog', (t) =>
  t.field({
    permission: 'audit:read',
    type: AuditConnection,
    description: "The account's audit log, newest first.",
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
      filter: t.arg({ type: AuditFilter, description: 'Which ones.' }),
    },
    resolve: async (_root, args, context) => {
      const page = readPage('aud', args);
      const { action: actions, ...match } = args.filter ?? {};
      const rows = await pageAuditLog(context.app, callerOf(context).accountId, { ...match, actions }, page);
      return toConnection(rows, args);
    },
  }),
);
