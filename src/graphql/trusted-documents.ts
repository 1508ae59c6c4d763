import { createHash } from 'node:crypto';
import { DomainError } from '../errors.ts';

/** The operations that are run, and no others: each text by the SHA-256 of it, in hexadecimal digits. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** Anything but the id of an operation that was registered. */
export class DocumentNotTrusted extends DomainError {
  readonly code = 'request/document_not_trusted';
  constructor() {
    super(
      'Only registered operations are run here: send "documentId": "sha256:…" (or extensions.persistedQuery.sha256Hash) instead of a query.',
    );
  }
}

/** What of a request says which document it means. */
export interface AskedDocument {
  query?: unknown;
  /** As the appendix of GraphQL over HTTP has it: `sha256:` and 64 digits. */
  documentId?: unknown;
  /** As Apollo's clients have it: `persistedQuery.sha256Hash`, beside it no text or an empty one. */
  extensions?: unknown;
}

/** @throws {DocumentNotTrusted} */
export function trustedText(documents: TrustedDocuments, asked: AskedDocument): string {
  const id = asked.documentId ?? hashIn(asked.extensions);
  // Next to an id a text would be what is logged and believed somewhere else.
  const bare = asked.query == null || asked.query === '';
  const text = typeof id === 'string' && bare ? documents.get(hexOf(id)) : undefined;
  if (text === undefined) throw new DocumentNotTrusted();
  return text;
}

function hashIn(extensions: unknown): unknown {
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null };
  return persistedQuery?.sha256Hash;
}

/**
 * Reads what `persistedDocuments` of GraphQL Code Generator's client preset writes.
 * @throws {Error} that names what is wrong
 */
export function readManifest(json: string): TrustedDocuments {
  const entries = Object.entries(readObject(json));
  if (entries.length === 0) throw new Error('it has no operation in it');
  return new Map(
    entries.map(([id, text]) => {
      const hex = hexOf(id);
      if (typeof text !== 'string' || createHash('sha256').update(text).digest('hex') !== hex)
        throw new Error(
          `"${id.slice(0, 80)}" is not the SHA-256 of its text: generate it with hashAlgorithm: 'sha256'`,
        );
      return [hex, text];
    }),
  );
}

function readObject(json: string): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error('it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('it is no object of ids and texts');
  return value;
}

function hexOf(id: string): string {
  return id.replace(/^sha256:/, '');
}
