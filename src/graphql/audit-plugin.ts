import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLField, GraphQLFieldResolver } from 'graphql';
import type { AuditAction } from '../audit/actions.ts';
import { noteRefusal } from '../audit/note-refusal.ts';
import { DomainError } from '../errors.ts';
import type { GraphqlContext } from './context.ts';

// A mutation that does not say what it is called in the audit log is a type error; should one come about all the
// same, the schema is not made. The verb notes what it does in its own transaction, which nobody but it can do
// (test/api/audit.test.ts proves that it does); what it refuses is noted here.

const PLUGIN = 'audit';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how a Pothos plugin is declared
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      audit: AuditPlugin<Types>;
    }
    /* eslint-disable @typescript-eslint/no-unused-vars -- merging asks for the same parameters */
    export interface MutationFieldOptions<Types, Type, Nullable, Args, ResolveReturnShape> {
      /** What doing this is called in the audit log: see `audit/actions.ts`. */
      audit: AuditAction;
    }
    /* eslint-enable @typescript-eslint/no-unused-vars */
  }
}

export class AuditPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (config.parentType !== 'Mutation') return config;
    const { audit } = config.pothosOptions as { audit?: AuditAction };
    if (audit === undefined)
      throw new Error(`Mutation.${config.name} must say what it is called in the audit log`);
    return { ...config, extensions: { ...config.extensions, audit } };
  }

  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { extensions }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const action = extensions?.audit as AuditAction | undefined;
    if (action === undefined) return resolve;
    return async (root, args, context, info) => {
      try {
        return await resolve(root, args, context, info);
      } catch (error) {
        const { app, principal } = context as GraphqlContext;
        if (principal && error instanceof DomainError) noteRefusal(app, principal, action, error, args);
        throw error;
      }
    };
  }
}

/** What a mutation is called in the audit log. */
export function auditActionOf(field: GraphQLField<unknown, unknown>): AuditAction | undefined {
  return field.extensions.audit as AuditAction | undefined;
}

SchemaBuilder.registerPlugin(PLUGIN, AuditPlugin);

export { PLUGIN as AUDIT_PLUGIN };
