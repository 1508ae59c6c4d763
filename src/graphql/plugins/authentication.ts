import type { DocumentNode, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { authenticate } from '../../accounts/authenticate.ts';
import type { Sender } from '../../accounts/sender.ts';
import { noteRefusal } from '../../audit/note-refusal.ts';
import { DomainError } from '../../errors.ts';
import type { AddressedRequest, AddressOf } from '../../http/client-address.ts';
import type { OwnPages } from '../../http/cross-site.ts';
import { presentedIn, type PresentingHeaders } from '../../people/presented.ts';
import type { App } from '../../platform.ts';
import type { DocumentFacts } from '../document-facts.ts';
import { forbidden } from '../forbidden.ts';
import type { Refuse } from './masking.ts';

/** What the transport knows: the request of Node over HTTP, the credential, its sender and the address themselves over WebSocket. */
export interface TransportContext {
  req?: AddressedRequest & { headers: PresentingHeaders };
  credential?: string | undefined;
  sender?: Sender | undefined;
  address?: string | undefined;
}

/**
 * Says who is asking before an operation runs, or refuses it. A stranger may ask about the schema;
 * a client token may read what is open to it, a key, an access token or a person what they have the permissions for.
 */
export function useAuthentication(
  app: App,
  facts: DocumentFacts,
  { own, addressOf, refuse }: { own: OwnPages; addressOf: AddressOf; refuse: Refuse },
): Plugin {
  async function letIn({
    args,
    context,
    extendContext,
    setResultAndStopExecution,
  }: Admission): Promise<void> {
    try {
      const presented = context.req && presentedIn(context.req.headers, own);
      const { credential } = presented ?? context;
      const operation = facts.operation(args.document, args.operationName);
      if (credential === undefined && operation?.schemaOnly)
        return extendContext({ app, principal: undefined });
      const address = context.req ? addressOf(context.req) : context.address;
      const principal = await authenticate(app, credential, address, presented ?? context.sender);
      const refused = operation && forbidden(principal, operation);
      if (refused) {
        const { variableValues } = args;
        const actions = operation.actions.length > 0 ? operation.actions : (['data.read'] as const);
        for (const action of actions)
          noteRefusal(app, principal, action, refused.error, variableValues, refused.details);
        throw refused.error;
      }
      extendContext({ app, principal });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      setResultAndStopExecution({ errors: [refuse(error)] });
    }
  }
  return { onExecute: letIn, onSubscribe: letIn } as Plugin;
}

interface Admission {
  args: {
    document: DocumentNode;
    operationName?: string | null;
    variableValues?: Readonly<Record<string, unknown>> | null;
  };
  context: TransportContext;
  extendContext(extension: object): void;
  setResultAndStopExecution(result: { errors: GraphQLError[] }): void;
}
