import { z } from '@hono/zod-openapi';
import type { App } from '../../platform.ts';
import { eraseSubject } from '../../subjects/erase.ts';
import { exportSubject } from '../../subjects/export.ts';
import { hashReceipt, type Receipt } from '../../subjects/receipt.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { idOf, moment } from './parts.ts';

const TAG = 'Subjects';
// In the body: what stands in a path stands in the logs of every proxy.
const to = z
  .string()
  .openapi({ description: 'The phone number, with its country code.', example: '+385911234567' });

const receiptShape = {
  id: idOf('rcp', 'The receipt'),
  at: moment('When.'),
  counts: z.record(z.string(), z.int()).openapi({ description: 'How many things of each kind.' }),
  hash: z
    .string()
    .openapi({ description: 'SHA-256 of the receipt in its one form; the audit log has it, too.' }),
};
const Erasure = z
  .object(receiptShape)
  .openapi('SubjectErasure', { description: 'The receipt of an erasure.' });
const Export = z
  .object({
    ...receiptShape,
    document: z.string().openapi({ description: 'JSON, as a text: its SHA-256 is in the receipt.' }),
  })
  .openapi('SubjectExport', { description: 'All that is stored of a subject, with a receipt.' });

const shapeOf = (receipt: Receipt): z.output<typeof Erasure> => ({
  id: receipt.id,
  at: receipt.at,
  counts: receipt.counts,
  hash: hashReceipt(receipt),
});

/** What the holder of a phone number can ask for under data protection law. */
export function addSubjects(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/subjects/erase', name: 'eraseSubject', tag: TAG },
    summary: 'Erase a subject',
    description:
      'Destroys, for good, everything that tells whom a phone number belongs to, and ends what is pending of it.',
    permission: 'subjects:erase',
    audit: 'subject.erase',
    body: z.strictObject({
      to,
      forgetOptOut: z
        .boolean()
        .optional()
        .openapi({ description: 'Also forget that they want no messages. Default: no.' }),
    }),
    status: 200,
    answer: { schema: Erasure, description: 'The receipt.' },
    errors: ['input/phone_number'],
    handle: async ({ who, body }) => shapeOf(await eraseSubject(app, who, body)),
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/subjects/export', name: 'exportSubject', tag: TAG },
    summary: 'Export a subject',
    description: 'All that is stored about the holder of a phone number. That it was read is noted.',
    permission: 'subjects:export',
    audit: 'subject.export',
    body: z.strictObject({ to }),
    status: 200,
    answer: { schema: Export, description: 'The document, with a receipt.' },
    errors: ['input/phone_number', 'number/too_many_searches'],
    async handle({ who, body }) {
      const { receipt, document } = await exportSubject(app, who, body);
      return { ...shapeOf(receipt), document };
    },
  });
}
