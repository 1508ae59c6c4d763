// The arrows of the architecture: transports → features → platform, and between features one way only.
// What a single import tells is in eslint.config.js; this looks at the graph.

const PLATFORM = '^src/(?:bus|config|crypto|db|http|mail|outgoing)/';
const TRANSPORT = '^src/(?:graphql|rest)/';
/** A feature's own part of the transport. */
const FIELDS = '^src/[^/]+/graphql[^/]*[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or a third one is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'platform-knows-no-feature',
      comment: 'Aggregation points (db/relations) excepted.',
      severity: 'error',
      from: { path: PLATFORM, pathNot: '^src/db/relations\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: PLATFORM },
    },
    {
      name: 'features-know-no-transport',
      comment: 'A verb does not know who calls it.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: [TRANSPORT, PLATFORM, FIELDS] },
      // The demo is a client of the API, and these are the types of its operations.
      to: { path: [TRANSPORT, FIELDS], pathNot: '^src/graphql/generated/' },
    },
    {
      name: 'never-back-to-messages',
      comment:
        'messages → routing, carriers, verifications; never back, but for the row that a start queues: it is the job.',
      severity: 'error',
      from: { path: '^src/(?:routing|carriers|sandbox|verifications)/', pathNot: FIELDS },
      to: { path: '^src/messages/', pathNot: '^src/messages/(?:store|table)[.]ts$' },
    },
    {
      name: 'carriers-and-routing-know-no-verification',
      comment: 'A carrier moves texts, a policy ranks routes; what they are for is not theirs to know.',
      severity: 'error',
      from: { path: '^src/(?:routing|carriers|sandbox|simulator)/', pathNot: FIELDS },
      to: { path: '^src/verifications/' },
    },
    {
      name: 'simulator-stands-alone',
      comment:
        'It is the other end of the wire: it shares the codec with us, what browsers are told, and nothing else.',
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: {
        path: '^src/',
        pathNot: ['^src/simulator/', '^src/carriers/smpp/', '^src/http/', '^src/(?:ids|errors)\\.ts$'],
      },
    },
    {
      name: 'nobody-imports-a-program',
      comment: 'app.ts constructs, main.ts starts: nothing else may lean on them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/[^/]+\\.ts$' },
      to: { path: '^src/(?:app|main|demo|rotate-keys|audit-verify)\\.ts$' },
    },
    {
      name: 'server-needs-no-development-dependency',
      comment: 'The image is installed without them. (The embedded PostgreSQL is loaded on demand, by name.)',
      severity: 'error',
      // The SDK's hook runs in the app that has React.
      from: { path: '^src/', pathNot: '^src/sdk/react[.]ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'server-needs-no-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      // A package of types only: nothing to resolve but declarations.
      // And what the example's page loads from its server.
      to: { couldNotResolve: true, pathNot: ['^@graphql-typed-document-node/core$', '^/sdk[.]js$'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // A type is knowledge too: an arrow is an arrow even if it is gone after compilation.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'types'] },
  },
};
