import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types the operations of our own clients (the demo, the API tests, later the console). */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'schema/operations/*.graphql',
  generates: {
    'src/graphql/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // A document stays the text that goes over the wire: no parser at runtime.
        documentMode: 'string',
        // Node runs the result as it is: nothing that only a compiler understands.
        enumsAsTypes: true,
        enumType: 'string-literal',
        useTypeImports: true,
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
        strictScalars: true,
        scalars: { DateTime: 'string', PhoneNumber: 'string', JSON: 'unknown' },
      },
    },
  },
};

export default config;
