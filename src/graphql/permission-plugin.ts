import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type PothosTypeConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLField, GraphQLNamedType } from 'graphql';
import type { Permission } from '../accounts/permissions.ts';

// A root field without its permission is a type error; should one come about all the same, the schema is
// not made. Who asks is compared with what a whole operation needs before it runs (plugins/authentication.ts):
// the list is read from a document once, so that a request pays for a few look-ups in a set.

const PLUGIN = 'permissions';
const ROOTS = ['Query', 'Mutation', 'Subscription'];

/** Instead of a permission: about the person who asks, whatever their role; not for keys and tokens. */
type ForPeople = 'person';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how a Pothos plugin is declared
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      permissions: PermissionPlugin<Types>;
    }
    /* eslint-disable @typescript-eslint/no-unused-vars -- merging asks for the same parameters */
    export interface QueryFieldOptions<Types, Type, Nullable, Args, ResolveReturnShape> {
      /** What a caller must have to ask for this; `null`: none, or it is decided by the type of what is found. */
      permission: Permission | ForPeople | null;
      /** It tells of live traffic: closed to test keys, whatever their permissions. */
      liveOnly?: true;
    }
    export interface MutationFieldOptions<Types, Type, Nullable, Args, ResolveReturnShape> {
      /** What a caller must have to do this. */
      permission: Permission | ForPeople;
    }
    export interface SubscriptionFieldOptions<Types, Type, Nullable, Args, ResolveShape, ResolveReturnShape> {
      /** What a caller must have to follow this. */
      permission: Permission;
      /** As that of a query. */
      liveOnly?: true;
    }
    export interface ObjectTypeOptions<Types, Shape> {
      /** What a caller must have to read any field of this type, wherever it comes from. */
      permission?: Permission;
    }
    /* eslint-enable @typescript-eslint/no-unused-vars */
  }
}

export class PermissionPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    return config.kind === 'Object' ? named(config, config.pothosOptions.permission) : config;
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (!ROOTS.includes(config.parentType)) return config;
    const { permission, liveOnly } = config.pothosOptions as {
      permission?: Permission | ForPeople | null;
      liveOnly?: true;
    };
    if (permission === undefined)
      throw new Error(`${config.parentType}.${config.name} must name the permission that it needs`);
    if (permission === 'person') return forPeople(config);
    return named(liveOnly ? closedToTests(config) : config, permission ?? undefined);
  }
}

/** Notes the permission for the facts of a document, and says it in the SDL. */
function named<Config extends { description?: string | null | undefined; extensions?: object | null }>(
  config: Config,
  permission: Permission | undefined,
): Config {
  if (permission === undefined) return config;
  return {
    ...config,
    description: `${config.description ?? ''} Needs \`${permission}\`.`.trimStart(),
    extensions: { ...config.extensions, permission },
  };
}

function closedToTests<
  Config extends { description?: string | null | undefined; extensions?: object | null },
>(config: Config): Config {
  return {
    ...config,
    description: `${config.description ?? ''} Closed to test keys.`.trimStart(),
    extensions: { ...config.extensions, liveOnly: true },
  };
}

/** Whether a root field is closed to test keys. */
export function isLiveOnly(field: GraphQLField<unknown, unknown>): boolean {
  return field.extensions.liveOnly === true;
}

function forPeople<Config extends { description?: string | null | undefined; extensions?: object | null }>(
  config: Config,
): Config {
  return {
    ...config,
    description: `${config.description ?? ''} For people who have signed in.`.trimStart(),
    extensions: { ...config.extensions, forPeople: true },
  };
}

/** Whether a root field is about the person who asks. */
export function isForPeople(field: GraphQLField<unknown, unknown>): boolean {
  return field.extensions.forPeople === true;
}

/** What reading a field needs: its own permission, or else its type's. */
export function permissionOf(
  parent: GraphQLNamedType,
  field?: GraphQLField<unknown, unknown>,
): Permission | undefined {
  return (field?.extensions.permission ?? parent.extensions.permission) as Permission | undefined;
}

SchemaBuilder.registerPlugin(PLUGIN, PermissionPlugin);

export { PLUGIN as PERMISSION_PLUGIN };
