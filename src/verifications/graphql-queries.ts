import { ofMode } from '../accounts/of-mode.ts';
import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId } from '../ids.ts';
import { Verification, VerificationStatus } from './graphql.ts';
import { matchVerifications, searchVerifications } from './queries.ts';
import type { VerificationRow } from './table.ts';

builder.queryField('verification', (t) =>
  t.drizzleField({
    permission: 'verifications:read',
    type: Verification,
    nullable: true,
    description: 'A verification. `null` when this account has none of that id.',
    args: { id: t.arg.id({ required: true, description: 'Prefixed `vrf_`.' }) },
    resolve: (query, _root, args, context) => {
      const id = parseId('vrf', args.id);
      if (!id) return null;
      const who = callerOf(context);
      const where = { accountId: who.accountId, id, ...ofMode(who) };
      return context.app.db.query.verifications.findFirst(query({ where }));
    },
  }),
);

const SEARCHED =
  'Of this number, with its country code. That it was asked for is noted in the audit log, and whoever lacks ' +
  '`numbers:reveal` asks so often and no more, `number/too_many_searches`: 60 times an hour unless `RATE_LIMIT_SEARCH` ' +
  'says something else.';

const VerificationFilter = builder.inputType('VerificationFilter', {
  description: 'All of what is given must match.',
  fields: (t) => ({
    status: t.field({ type: [VerificationStatus], description: 'Any of these.' }),
    to: t.field({ type: 'PhoneNumber', description: SEARCHED }),
    serviceId: t.id({ description: 'Of this service.' }),
  }),
});

const VerificationConnection = builder.connectionObject(
  { type: Verification, name: 'VerificationConnection', description: 'A page of verifications.' },
  { description: 'A verification and its cursor.' },
);

builder.queryField('verifications', (t) =>
  t.field({
    permission: 'verifications:read',
    type: VerificationConnection,
    description: "The account's verifications, newest first.",
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
      filter: t.arg({ type: VerificationFilter, description: 'Which ones.' }),
    },
    resolve: async (_root, args, context, info) => {
      const { limit, after } = readPage('vrf', args);
      const who = callerOf(context);
      const query = queryFromInfo({
        config: getSchemaConfig(builder),
        context,
        info,
        typeName: 'Verification',
        paths: [['nodes'], ['edges', 'node']],
      });
      const match = args.filter ?? {};
      const page = {
        ...query,
        columns: { ...query.columns, id: true },
        where: { accountId: who.accountId, ...matchVerifications(context.app, who, match, after) },
        orderBy: { id: 'desc' },
        limit,
      } as const;
      const find = async () =>
        (await context.app.db.query.verifications.findMany(page)) as unknown as VerificationRow[];
      return toConnection(await searchVerifications(context.app, who, match, find), args);
    },
  }),
);
