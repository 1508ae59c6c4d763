import type { FieldMap } from '@pothos/core';
import { docUrl, type DomainError, InvalidInput, NameTaken } from '../errors.ts';
import { builder } from './builder.ts';

type SchemaTypes = (typeof builder)['$inferSchemaTypes'];
type ErrorFields<E> = (t: PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, E>) => FieldMap;

export const ErrorInterface = builder.interfaceRef<Pick<DomainError, 'code' | 'message'>>('Error');

ErrorInterface.implement({
  description: 'What stood in the way, in words that a person can act on.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'Stable, e.g. `verification/expired`. Decide by this, or by the type.',
    }),
    message: t.exposeString('message', { description: 'What happened and what to do about it, in English.' }),
    docUrl: t.string({
      description: 'The page about this code, on this server.',
      resolve: ({ code }, _args, { app }) => docUrl(app.publicUrl, code),
    }),
  }),
});

/** Gives a domain error its GraphQL type, named as its class, with the fields that it has beyond those of `Error`. */
export function errorType<E extends DomainError>(
  errorClass: new (...args: never[]) => E,
  description: string,
  fields?: ErrorFields<E>,
): void {
  const anyErrorClass: new () => DomainError = errorClass;
  builder.objectType(anyErrorClass, {
    name: errorClass.name,
    description,
    interfaces: [ErrorInterface],
    ...(fields && { fields: fields as unknown as ErrorFields<DomainError> }),
  });
}

errorType(InvalidInput, 'Something in the input is not as it must be. Nothing was done.', (t) => ({
  field: t.exposeString('field', { description: 'Which field of the input.' }),
}));

errorType(NameTaken, 'The account has another one of this name. Nothing was done.', (t) => ({
  field: t.exposeString('field', { description: 'Which field of the input: `name`.' }),
}));
