import type { Plugin } from 'graphql-yoga';
import { DomainError } from '../../errors.ts';
import { trustedText, type AskedDocument, type TrustedDocuments } from '../trusted-documents.ts';
import type { Refuse } from './masking.ts';

/** Puts the text of the registered operation in the place of its id, before anything looks at it; of whatever comes by Yoga. */
export function useTrustedDocuments(documents: TrustedDocuments, refuse: Refuse): Plugin {
  function textOf(asked: AskedDocument): string {
    try {
      return trustedText(documents, asked);
    } catch (error) {
      throw error instanceof DomainError ? refuse(error) : error;
    }
  }

  return {
    onParams({ params, setParams, request }) {
      const asked: AskedDocument = params;
      // Of a URL only what a request has without this mode has been read.
      const documentId = asked.documentId ?? new URL(request.url).searchParams.get('documentId');
      setParams({ ...params, query: textOf({ ...asked, documentId }) });
    },
  };
}
