import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import type { GraphQLResolveInfo } from 'graphql';
import { lackOf } from '../accounts/lack.ts';
import { ofMode } from '../accounts/of-mode.ts';
import { noteRefusal } from '../audit/note-refusal.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { SANDBOX_CARRIER_ID, SANDBOX_ROUTE_ID, sandboxCarrier, sandboxRoute } from '../sandbox/place.ts';
import { parseAnyId, type Id, type IdPrefix } from '../ids.ts';
import { builder } from './builder.ts';
import { callerOf, type GraphqlContext } from './context.ts';
import { typeOfId, type NodeTypeName } from './node-types.ts';
import { permissionOf } from './permission-plugin.ts';

const TABLES = {
  Verification: 'verifications',
  Message: 'messages',
  Service: 'services',
  Carrier: 'carriers',
  Route: 'routes',
  Sender: 'senders',
  ApiKey: 'apiKeys',
  WebhookEndpoint: 'webhookEndpoints',
  OAuthClient: 'oauthClients',
  AuditEntry: 'auditEntries',
  Member: 'members',
  Batch: 'batches',
} as const satisfies Record<NodeTypeName, string>;

builder.queryField('node', (t) =>
  t.field({
    permission: null,
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description:
      'Anything with an id. `null` when this account has nothing of that id. Needs the permission to read what it is.',
    args: { id: t.arg.id({ required: true, description: 'Its prefix names the type.' }) },
    resolve: (_root, { id }, context, info) => {
      const known = parseAnyId(id);
      const typeName = known && typeOfId(known);
      return typeName ? loadNode(context, info, typeName, known) : null;
    },
  }),
);

/** Things that somebody sees only of their own mode. */
const WITH_MODE: readonly NodeTypeName[] = ['Verification', 'Message', 'Batch'];

/** Loads one thing of the caller's account, with the selection beneath the field that `info` is about. */
async function loadNode(
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  typeName: NodeTypeName,
  id: Id<IdPrefix>,
): Promise<{ id: string } | undefined> {
  const permission = permissionOf(info.schema.getType(typeName)!);
  const who = callerOf(context);
  if (!permission) throw new Error(`${typeName} names no permission`);
  const lack = lackOf(who, permission, typeName);
  if (lack) {
    noteRefusal(context.app, who, 'data.read', lack, id, { field: typeName, permission });
    throw lack;
  }
  const query = queryFromInfo({ config: getSchemaConfig(builder), context, info, typeName });
  // Behind the query, which notes what is selected: the fields then take the thing as it is.
  const sandbox = modeOf(who) === 'test' ? sandboxNode(who, id) : undefined;
  if (sandbox) return sandbox;
  const table = context.app.db.query[TABLES[typeName]] as unknown as {
    findFirst(config: object): Promise<{ id: string } | undefined>;
  };
  const mode = WITH_MODE.includes(typeName) && ofMode(who);
  return table.findFirst({ ...query, where: { accountId: who.accountId, id, ...mode } });
}

/** Route and carrier of tests are no rows. Who makes tests finds by their ids what attempts have shown. */
function sandboxNode({ accountId }: Principal, id: Id<IdPrefix>): { id: string } | undefined {
  if (id === SANDBOX_CARRIER_ID) return sandboxCarrier(accountId);
  return id === SANDBOX_ROUTE_ID ? sandboxRoute(accountId) : undefined;
}
