import SchemaBuilder from '@pothos/core';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import DrizzlePlugin from '@pothos/plugin-drizzle';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { relations } from '../db/relations.ts';
import { typeOfId } from './node-types.ts';
import { OPEN_TO_CLIENT_TOKEN } from './audience.ts';
import { AUDIT_PLUGIN } from './audit-plugin.ts';
import { callerOf, type GraphqlContext } from './context.ts';
import { forbidden, type Needs } from './forbidden.ts';
import { PERMISSION_PLUGIN } from './permission-plugin.ts';

export interface SchemaTypes {
  Context: GraphqlContext;
  AuthScopes: { may: Needs };
  DrizzleRelations: typeof relations;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
    PhoneNumber: { Input: string; Output: string };
  };
}

/** Every type and field of the API hangs on this builder; `schema.ts` makes the schema of it. */
export const builder = new SchemaBuilder<SchemaTypes>({
  // The errors plugin first: it must see what the others throw. And nothing is loaded for whoever may not have it.
  plugins: [
    ErrorsPlugin,
    AUDIT_PLUGIN,
    ScopeAuthPlugin,
    RelayPlugin,
    DataloaderPlugin,
    DrizzlePlugin,
    PERMISSION_PLUGIN,
  ],
  defaultFieldNullability: false,
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: (context) => ({
      may(needs) {
        const refused = forbidden(callerOf(context), needs);
        if (refused) throw refused.error;
        return true;
      },
    }),
  },
  drizzle: { client: (context) => context.app.db, getTableConfig, relations },
  relay: {
    // Ids carry their type as a prefix already, so they are the global ids.
    encodeGlobalID: (_typename, id) => String(id),
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodesOnConnection: { description: 'The things on this page, without their cursors.' },
    nodeTypeOptions: {
      description: 'Something with an id that can be fetched again with `node(id)`.',
      resolveType: (row) => typeOfId((row as { id: string }).id),
    },
    pageInfoTypeOptions: {
      description: 'Where a page stands in the whole list.',
      extensions: OPEN_TO_CLIENT_TOKEN,
    },
    hasNextPageFieldOptions: { description: 'Whether there is more behind `endCursor`.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is something before this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first thing on this page.' },
    endCursorFieldOptions: { description: 'Give it as `after` to get the next page.' },
    edgesFieldOptions: { description: 'The things on this page, each with its cursor.', nullable: false },
    nodeFieldOptions: { description: 'The thing itself.', nullable: false },
    pageInfoFieldOptions: { description: 'Where this page stands in the whole list.' },
    cursorFieldOptions: { description: 'Give it as `after` to get what comes behind this.' },
    idFieldOptions: { description: 'Its prefix names its type.' },
  },
  errors: {
    directResult: true,
    defaultUnionOptions: {
      description: 'What was asked for, or what stood in the way.',
      name: ({ fieldName }) => `${fieldName[0]!.toUpperCase()}${fieldName.slice(1)}Result`,
    },
  },
});

builder.queryType({ description: 'Reads.' });
builder.mutationType({
  description:
    'Writes. Every result is a union: what was asked for, or what stood in the way as a type with a `code`.',
});
builder.subscriptionType({
  description: 'Live events over `graphql-transport-ws` or server-sent events, resumable by cursor.',
});
