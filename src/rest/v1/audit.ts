import { z } from '@hono/zod-openapi';
import { checkpointKeySet } from '../../audit/checkpoint-keys.ts';
import { pageCheckpoints } from '../../audit/checkpoint-queries.ts';
import { createCheckpoint } from '../../audit/create-checkpoint.ts';
import type { AuditCheckpointRow } from '../../audit/table.ts';
import type { App } from '../../platform.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { withETag } from './etag.ts';
import { idOf, moment, PageQuery, pageOf, readPageOf } from './parts.ts';

const TAG = 'Audit log';

const Checkpoint = z
  .object({
    id: idOf('chk', 'The checkpoint'),
    seq: z.int().openapi({ description: 'How many entries the chain had: the `seq` of the last one.' }),
    chainHash: z.string().openapi({ description: 'The chain hash of that entry, in hexadecimal.' }),
    madeAt: moment('When it was made.'),
    keyId: z.string().openapi({ description: 'The `kid` of the key that signed it.' }),
    signature: z
      .string()
      .openapi({ description: 'All of it, signed: a JWS (ES256) in its compact form. Keep it elsewhere.' }),
  })
  .openapi('AuditCheckpoint', { description: 'What the chain of the audit log was at some time, signed.' });

/** The audit log, to be kept elsewhere. */
export function addAudit(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/audit/checkpoints', name: 'listAuditCheckpoints', tag: TAG },
    summary: 'List checkpoints of the audit log, newest first',
    permission: 'audit:read',
    query: PageQuery,
    status: 200,
    answer: { schema: pageOf(Checkpoint), description: 'A page of checkpoints.' },
    errors: ['input/cursor'],
    async handle({ who, query, context }) {
      const { rows, nextCursor } = await readPageOf('chk', query, (page) =>
        pageCheckpoints(app, who.accountId, page),
      );
      return withETag(context, { items: rows.map(checkpointShape), nextCursor });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/audit/checkpoints', name: 'createAuditCheckpoint', tag: TAG },
    summary: 'Sign what the audit log is now',
    permission: 'audit:read',
    audit: 'audit_checkpoint.create',
    status: 201,
    answer: { schema: Checkpoint, description: 'The checkpoint, with all that was noted until now.' },
    errors: ['audit/broken'],
    handle: async ({ who }) => checkpointShape(await createCheckpoint(app, who)),
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/audit/keys', name: 'listAuditKeys', tag: TAG },
    summary: 'Read the public keys of checkpoints',
    permission: 'audit:read',
    status: 200,
    answer: {
      schema: z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }),
      description: 'A JWK set, for any library of JOSE.',
    },
    handle: async ({ context }) => withETag(context, await checkpointKeySet(app)),
  });
}

function checkpointShape({ id, seq, chainHash, madeAt, keyId, signature }: AuditCheckpointRow) {
  return { id, seq, chainHash: chainHash.toString('hex'), madeAt, keyId, signature };
}
