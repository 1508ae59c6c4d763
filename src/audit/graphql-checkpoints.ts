import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { checkpointKeySet } from './checkpoint-keys.ts';
import { pageCheckpoints } from './checkpoint-queries.ts';
import { createCheckpoint } from './create-checkpoint.ts';
import { AuditLogBroken } from './errors.ts';
import type { AuditCheckpointRow } from './table.ts';

errorType(
  AuditLogBroken,
  'The audit log does not go on from its last checkpoint: somebody changed it in the database. Nothing was signed.',
  (t) => ({
    seq: t.float({ description: 'The first entry that does not follow.', resolve: ({ seq }) => seq }),
  }),
);

const AuditCheckpoint = builder.objectRef<AuditCheckpointRow>('AuditCheckpoint').implement({
  description:
    'What the chain of the audit log was at some time, signed. Keep it elsewhere: `npm run audit:verify` then ' +
    'knows a log whose end was cut off, or that was written anew.',
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `chk_`.', resolve: ({ id }) => id }),
    seq: t.float({
      description: 'How many entries the chain had: the `seq` of the last one.',
      resolve: ({ seq }) => seq,
    }),
    chainHash: t.string({
      description: 'The chain hash of that entry, in hexadecimal.',
      resolve: ({ chainHash }) => chainHash.toString('hex'),
    }),
    madeAt: t.field({ type: 'DateTime', description: 'When.', resolve: ({ madeAt }) => madeAt }),
    keyId: t.string({ description: 'The `kid` of the key that signed it.', resolve: ({ keyId }) => keyId }),
    signature: t.string({
      description: 'All of it, signed: a JWS (ES256) in its compact form.',
      resolve: ({ signature }) => signature,
    }),
  }),
});

const AuditCheckpointConnection = builder.connectionObject(
  { type: AuditCheckpoint, name: 'AuditCheckpointConnection', description: 'A page of checkpoints.' },
  { description: 'A checkpoint and its cursor.' },
);

builder.queryField('auditCheckpoints', (t) =>
  t.field({
    permission: 'audit:read',
    type: AuditCheckpointConnection,
    description: "The checkpoints of the account's audit log, newest first: one a minute while it grows.",
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context) => {
      const { accountId } = callerOf(context);
      return toConnection(await pageCheckpoints(context.app, accountId, readPage('chk', args)), args);
    },
  }),
);

builder.queryField('auditKeys', (t) =>
  t.field({
    permission: 'audit:read',
    type: 'JSON',
    description: 'The public keys that checkpoints are verified by: a JWK set.',
    resolve: (_root, _args, { app }) => checkpointKeySet(app),
  }),
);

builder.mutationField('createAuditCheckpoint', (t) =>
  t.field({
    permission: 'audit:read',
    audit: 'audit_checkpoint.create',
    type: AuditCheckpoint,
    description: 'Signs what the audit log is now, with all that was noted until now.',
    errors: { types: [AuditLogBroken] },
    resolve: (_root, _args, context) => createCheckpoint(context.app, callerOf(context)),
  }),
);
