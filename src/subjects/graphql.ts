import { TooManySearches } from '../accounts/errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { InvalidPhoneNumber } from '../verifications/errors.ts';
import { eraseSubject } from './erase.ts';
import { exportSubject, type SubjectExport } from './export.ts';
import { hashReceipt, type Receipt } from './receipt.ts';

const SubjectCount = builder.objectRef<[kind: string, count: number]>('SubjectCount').implement({
  description: 'How many things of one kind.',
  fields: (t) => ({
    kind: t.string({
      description: 'E.g. `numbers`; the README of subjects has all.',
      resolve: ([kind]) => kind,
    }),
    count: t.int({ description: 'How many.', resolve: ([, count]) => count }),
  }),
});

const RECEIPT_HASH =
  'SHA-256 of the receipt in its one form, in hexadecimal. It is in the audit log, too, whose chain vouches for it.';

const SubjectErasure = builder.objectRef<Receipt>('SubjectErasure').implement({
  description: 'The receipt of an erasure.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Of the receipt; the audit log has it, and no number.' }),
    erasedAt: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => at }),
    destroyed: t.field({
      type: [SubjectCount],
      description: 'What was destroyed.',
      resolve: ({ counts }) => Object.entries(counts),
    }),
    hash: t.string({ description: RECEIPT_HASH, resolve: hashReceipt }),
  }),
});

const ExportedSubject = builder.objectRef<SubjectExport>('SubjectExport').implement({
  description: 'All that is stored of a subject, with a receipt.',
  fields: (t) => ({
    id: t.id({
      description: 'Of the receipt; the audit log has it, and no number.',
      resolve: ({ receipt }) => receipt.id,
    }),
    exportedAt: t.field({ type: 'DateTime', description: 'When.', resolve: ({ receipt }) => receipt.at }),
    exported: t.field({
      type: [SubjectCount],
      description: 'What is in the document.',
      resolve: ({ receipt }) => Object.entries(receipt.counts),
    }),
    hash: t.string({ description: RECEIPT_HASH, resolve: ({ receipt }) => hashReceipt(receipt) }),
    document: t.string({
      description: 'JSON, as a text: its SHA-256 is in the receipt.',
      resolve: ({ document }) => document,
    }),
  }),
});

const EraseSubjectInput = builder.inputType('EraseSubjectInput', {
  description: 'Whom to erase.',
  fields: (t) => ({
    to: t.string({ required: true, description: 'The phone number, with its country code.' }),
    forgetOptOut: t.boolean({
      description: 'Also forget that they want no messages, so that they can be sent to again. Default: no.',
    }),
  }),
});

const ExportSubjectInput = builder.inputType('ExportSubjectInput', {
  description: 'Whom to export.',
  fields: (t) => ({
    to: t.string({ required: true, description: 'The phone number, with its country code.' }),
  }),
});

builder.mutationField('eraseSubject', (t) =>
  t.field({
    permission: 'subjects:erase',
    audit: 'subject.erase',
    type: SubjectErasure,
    description:
      'Destroys, for good, everything that tells whom a phone number belongs to, and ends what is pending of it. ' +
      'What is left are rows with opaque ids: totals stay, and the audit log.',
    errors: { types: [InvalidPhoneNumber] },
    args: { input: t.arg({ type: EraseSubjectInput, required: true, description: 'Whom.' }) },
    resolve: (_root, { input: { to, forgetOptOut } }, context) =>
      eraseSubject(context.app, callerOf(context), { to, forgetOptOut: forgetOptOut ?? undefined }),
  }),
);

builder.mutationField('exportSubject', (t) =>
  t.field({
    permission: 'subjects:export',
    audit: 'subject.export',
    type: ExportedSubject,
    description:
      'Exports all that is stored about the holder of a phone number. That it was read is noted. Whoever lacks ' +
      '`numbers:reveal` asks so often and no more, as in `VerificationFilter.to`.',
    errors: { types: [InvalidPhoneNumber, TooManySearches] },
    args: { input: t.arg({ type: ExportSubjectInput, required: true, description: 'Whom.' }) },
    resolve: (_root, { input }, context) => exportSubject(context.app, callerOf(context), input),
  }),
);
