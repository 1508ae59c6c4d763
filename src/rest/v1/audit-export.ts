import { z } from '@hono/zod-openapi';
import { ALL_ACTIONS, type AuditAction } from '../../audit/actions.ts';
import { EXPORT_FORMATS } from '../../audit/export-form.ts';
import { exportLog } from '../../audit/export-log.ts';
import type { App } from '../../platform.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { streamOf } from './stream-of.ts';

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
} as const;

const isAction = (text: string): text is AuditAction => (ALL_ACTIONS as readonly string[]).includes(text);

const ExportQuery = z.object({
  format: z.enum(EXPORT_FORMATS).default('ndjson').openapi({ description: 'What it is written as.' }),
  actor: z.string().optional().openapi({ description: 'The id of a key, person or client: what it did.' }),
  action: z
    .string()
    .transform((text) => text.split(','))
    .refine((names): names is AuditAction[] => names.every(isAction), 'Names of actions, separated by commas')
    .optional()
    .openapi({
      type: 'string',
      description: 'Any of these actions, separated by commas.',
      example: 'route.add',
    }),
  target: z.string().optional().openapi({ description: 'The id of a thing: what was done to it.' }),
  from: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Not before.' }),
  to: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Before this moment.' }),
});

/** The whole log of an account, or a part of it, as a stream. */
export function addAuditExport(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/audit', name: 'exportAuditLog', tag: 'Audit log' },
    summary: 'Export the audit log, newest first',
    description:
      'As a stream, however long it is: `ndjson`, an entry in each line, or `csv` (RFC 4180; what a spreadsheet would ' +
      'take for a formula has an apostrophe before it). That it was exported is noted in it.',
    permission: 'audit:read',
    audit: 'audit_log.export',
    query: ExportQuery,
    status: 200,
    answer: {
      schema: z.string(),
      mediaType: 'application/x-ndjson',
      description: 'The entries, one in each line.',
      also: { 'text/csv': z.string() },
    },
    async handle({ who, query: { format, action: actions, from, to, ...match }, context }) {
      const lines = await exportLog(
        app,
        who,
        { ...match, actions, from: momentOf(from), to: momentOf(to) },
        format,
      );
      return context.body(streamOf(app, context, lines), 200, {
        'content-type': MEDIA_TYPES[format],
        'content-disposition': `attachment; filename="audit-log.${format}"`,
        'cache-control': 'no-store',
      });
    },
  });
}

const momentOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
