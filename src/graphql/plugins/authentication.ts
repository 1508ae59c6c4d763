import type { DocumentNode, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { authenticate } from '../../accounts/authenticate.ts';
import { ClosedToTestKey } from '../../accounts/errors.ts';
import { lackOf } from '../../accounts/lack.ts';
import { modeOf, type Principal } from '../../accounts/principal.ts';
import { DomainError } from '../../errors.ts';
import type { AddressedRequest, AddressOf } from '../../http/client-address.ts';
import type { App } from '../../platform.ts';
import type { DocumentFacts, OperationFacts } from '../document-facts.ts';
import { refusal } from './masking.ts';

/** A client token that asks for more than its verification. */
export class ClosedField extends DomainError {
  readonly code = 'auth/forbidden';
  constructor(field: string) {
    super(`A client token may not read ${field}: it may watch its own verification, and nothing else.`);
  }
}

/** What the transport knows: the request of Node over HTTP, the credential and the address themselves over WebSocket. */
export interface TransportContext {
  req?: AddressedRequest & { headers: { authorization?: string | undefined } };
  credential?: string | undefined;
  address?: string | undefined;
}

/**
 * Says who is asking before an operation runs, or refuses it. A stranger may ask about the schema;
 * a client token may read what is open to it, an API key or access token what it has the permissions for.
 */
export function useAuthentication(app: App, facts: DocumentFacts, addressOf: AddressOf): Plugin {
  async function letIn({
    args,
    context,
    extendContext,
    setResultAndStopExecution,
  }: Admission): Promise<void> {
    try {
      const credential = context.req ? context.req.headers.authorization : context.credential;
      const operation = facts.operation(args.document, args.operationName);
      if (credential === undefined && operation?.schemaOnly)
        return extendContext({ app, principal: undefined });
      const address = context.req ? addressOf(context.req) : context.address;
      const principal = await authenticate(app, credential, address);
      if (operation) refuseForbidden(principal, operation);
      extendContext({ app, principal });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      setResultAndStopExecution({ errors: [refusal(error)] });
    }
  }
  return { onExecute: letIn, onSubscribe: letIn } as Plugin;
}

interface Admission {
  args: { document: DocumentNode; operationName?: string | null };
  context: TransportContext;
  extendContext(extension: object): void;
  setResultAndStopExecution(result: { errors: GraphQLError[] }): void;
}

function refuseForbidden(principal: Principal, operation: OperationFacts): void {
  switch (principal.kind) {
    case 'clientToken':
      if (operation.closedField !== undefined) throw new ClosedField(operation.closedField);
      return;
    case 'apiKey':
    case 'accessToken':
      // 0.01 µs for a start.
      for (const { permission, field } of operation.needs) {
        const lack = lackOf(principal, permission, field);
        if (lack) throw lack;
      }
      if (modeOf(principal) === 'test' && operation.liveField !== undefined)
        throw new ClosedToTestKey(operation.liveField);
      return;
    default:
      throw new Error(`unhandled principal: ${principal satisfies never}`);
  }
}
