import type { GraphQLField, GraphQLNamedType } from 'graphql';

/**
 * On a type: a holder of a `clientToken` may read its fields. What is not marked is closed to them,
 * so a new type or root field starts out closed.
 */
export const OPEN_TO_CLIENT_TOKEN = { openToClientToken: true } as const;

/** On a field of such a type: this one not. */
export const CLOSED_TO_CLIENT_TOKEN = { openToClientToken: false } as const;

export function isOpenToClientToken(
  parent: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
): boolean {
  return (field.extensions.openToClientToken ?? parent.extensions.openToClientToken) === true;
}
