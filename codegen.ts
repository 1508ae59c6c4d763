import type { CodegenConfig } from '@graphql-codegen/cli';
import { preset } from '@graphql-codegen/client-preset';

const { buildGeneratesSection } = preset;

const client = {
  preset: {
    ...preset,
    // Operations are imported by their names: a function that finds them by their text is not needed.
    buildGeneratesSection: async (...options: Parameters<typeof buildGeneratesSection>) =>
      (await buildGeneratesSection(...options)).filter(({ filename }) => !filename.endsWith('/gql.ts')),
  },
  presetConfig: { fragmentMasking: false, skipIndexFile: true },
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
} as const;

/** Types the operations of our own clients: the demo and the API tests, and apart from them the SDK's. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  generates: {
    'src/graphql/generated/': {
      ...client,
      presetConfig: {
        ...client.presetConfig,
        // For servers that take no others: TRUSTED_DOCUMENTS=src/graphql/generated/persisted-documents.json
        persistedDocuments: { mode: 'embedHashInDocument', hashAlgorithm: 'sha256' },
      },
      documents: 'schema/operations/*.graphql',
    },
    'src/sdk/generated/': { ...client, documents: 'src/sdk/operations/*.graphql' },
  },
};

export default config;
