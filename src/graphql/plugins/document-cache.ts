import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

const MAX_DOCUMENTS = 1_000;

/**
 * Reads and validates a document once. What decides about it is its text alone; who may run it, and with
 * which variables, is asked every time. Yoga's own cache also joins the names of all rules, and looks at the
 * clock, for every request.
 */
export function useDocumentCache(): Plugin {
  const documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });
  const verdicts = new WeakMap<DocumentNode, readonly Error[]>();
  return {
    onParse({ params: { source }, setParsedDocument }) {
      const text = String(source);
      const known = documents.get(text);
      if (known) return setParsedDocument(known);
      return ({ result }: { result: DocumentNode | Error | null }) => {
        if (result && !(result instanceof Error)) documents.set(text, result);
      };
    },
    onValidate({ params, setResult }) {
      const document = params.documentAST as DocumentNode;
      const known = verdicts.get(document);
      if (known) return setResult(known);
      return ({ result }) => void verdicts.set(document, result);
    },
  };
}
