import { readdirSync } from 'node:fs';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What the architecture says of who may import whom, as far as one import tells. Cycles and the arrows
// between features are in .dependency-cruiser.cjs; test/contract.test.ts proves that each ban fires.

const PLATFORM = ['bus', 'config', 'crypto', 'db', 'graphql', 'http', 'mail', 'outgoing'];
const FEATURES = readdirSync(new URL('src', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !PLATFORM.includes(entry.name))
  .map((entry) => entry.name);

const PURE = [
  'ids',
  'errors',
  'one-line',
  'parse-json',
  'accounts/{api-key,challenge,factor,lack,maker,mode,permissions,principal,rights,roles,secret-text}',
  'oauth/{client-proof,client-secret,errors,key-plan,limits,metadata,scopes}',
  'verifications/{verification,code,errors}',
  'messages/{message,attempt,exclusion,parts,retry-schedule,silent,text,tried}',
  'events/{catalog,cursor,snapshot}',
  'routing/{coverage,decision,expect-receipt,judge,policy,price,receipt-latency,receipt-sums,replay,residency,track-record}',
  'messages/sightings',
  'retention/{classes,plan}',
  'abuse/{spray}',
  'batches/{batch,errors,flow,refusal}',
  'audit/{actions,actor,chain,checkpoint,entry,errors,export-form,inspect,recorded,traffic}',
  'analytics/{latency,window,quality-cursor}',
  'senders/{country-rules,pick,usable,verdict}',
  'numbers/{lookup-answer,plan,plans,resolution}',
  'numbers/plans/hr',
  'http/{client-address,cross-site,hosts,origins,security-headers,security-txt}',
  'inbound/{cursor,find-codes,keywords,mask-numbers,redact-codes}',
  'outgoing/{address,backoff,certificate,networks,standing}',
  'outgoing/http/{document,exchange,failure,pointer,retry-after,rules,template,url}',
  'webhooks/{catalog,outcome,request,schedule,signature}',
  'cli/duration',
  'routing/policy/{adaptive,ages,attempt,attempts,cell,estimate,evidence,exploration,layers,learn,least-cost,load}',
  'routing/policy/{merge,order,outages,pace,priority,rank,route,signs,silence,snapshot,stage-counts,strategies,summary,types}',
  'carriers/carrier',
  'carriers/smpp/{alphabets,codec,frames,layouts,message-id,octets,pdu,rare-layouts,receipt,receipt-date,receipt-form,receipt-states}',
  'carriers/smpp/{status,text,tlv,transliterate}',
  'carriers/{answer-times,breaker,health,pace,receipt-silence,sliding-second}',
  'carriers/http/{answer,callback-auth,callback-url,habits,inbound-fields,placeholders,receipts,redact}',
  'sandbox/{place,profiles,test-numbers}',
  'mail/mailer',
  'people/{credential,errors,invitation,membership,session-cookie,session-token}',
  'factors/{base32,errors,input,rules,totp}',
  'limits/{errors,input}',
  'people/sign-in/{address-header,refusals,window}',
  'simulator/{long-texts,profile,random,rubbish,validity}',
];
const PURE_NAMES = PURE.flatMap((path) => path.split('/').at(-1).replace(/[{}]/g, '').split(',')).join('|');

/** The way from a file to another folder of src. */
const UP = String.raw`^(?:\.\./|\./)(?:\.\./)*`;

const BANS = {
  impure: [
    {
      regex: `^(?!node:crypto$|node:buffer$|node:net$|(?:\\.{1,2}/)+(?:[\\w-]+/)*(?:${PURE_NAMES})\\.ts$)`,
      message: 'A pure file imports ids and other pure files only; everything else is an argument.',
    },
    {
      regex: '^node:crypto$',
      allowImportNames: ['createHash', 'createHmac', 'timingSafeEqual'],
      allowTypeImports: true,
      message: 'A pure file draws no randomness: it is an argument.',
    },
    {
      regex: '^node:net$',
      allowImportNames: ['BlockList', 'isIP'],
      message: 'A pure file opens no sockets; it may read addresses.',
    },
  ],
  fields: [
    {
      regex: `${UP}(?:bus|carriers|crypto|db|simulator)/(?!graphql|errors)`,
      message:
        "Types and fields only: call a verb or query of this feature, which has what it needs from 'app'.",
    },
  ],
  tables: [
    {
      regex: String.raw`^\.\./(?:\.\./)*[\w-]+/table\.ts$`,
      allowTypeImports: true,
      message: "Another feature's table is its own: call one of its verbs or queries.",
    },
  ],
  features: [
    {
      regex: `${UP}(?:${FEATURES.join('|')})/`,
      message: 'The platform knows no feature.',
    },
  ],
  clients: [
    {
      regex: '^(?:ioredis|pg|pg-boss|postgres|drizzle-orm/postgres-js)$',
      allowTypeImports: true,
      message: 'Only app.ts constructs clients; everything else is given one.',
    },
    {
      regex: String.raw`/(?:db/(?:client|embedded|migrate)|bus/(?:memory|redis))\.ts$`,
      allowTypeImports: true,
      message: 'Only app.ts constructs clients; everything else is given one.',
    },
  ],
};

/** The import bans of some files. A later call replaces an earlier one where both match. */
function imports(name, files, ...bans) {
  const rule = bans.length > 0 ? ['error', { patterns: bans.flat() }] : 'off';
  return { name: `imports/${name}`, files, rules: { 'no-restricted-imports': rule } };
}

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'A name that is the same everywhere: export it by name.',
};
const NO_MODULE_STATE = [
  {
    selector: ':matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind="let"]',
    message: 'No module-level state: it belongs to the app or to an object that the app makes.',
  },
  {
    selector:
      ':matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator' +
      ' > NewExpression[arguments.length=0][callee.name=/^(?:Weak)?(?:Map|Set)$/]',
    message: 'No module-level state: it belongs to the app or to an object that the app makes.',
  },
];
const NO_CLOCK = {
  selector: ':matches(NewExpression[arguments.length=0], CallExpression)[callee.name="Date"]',
  message: 'Time is an argument of a pure file.',
};
const NO_ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'Only src/config.ts reads the environment; everything else is given values.',
};

const NO_ASIDE = {
  property: 'aside',
  message: 'Only what is read into memory goes aside, by plain reads: see src/db/holding.ts.',
};

export default defineConfig(
  globalIgnores([
    'schema/',
    'drizzle/',
    'coverage/',
    'dist/',
    '.data/',
    'src/graphql/generated/',
    'src/sdk/generated/',
  ]),
  tseslint.configs.recommendedTypeChecked,
  {
    name: 'everywhere',
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-fallthrough': 'error',
      'no-unsafe-finally': 'error',
      'no-self-assign': 'error',
      'no-useless-escape': 'error',
      'no-useless-rename': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNever: true }],
      // Interfaces here are of closures, which have no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // A verb is async because its interface is, also while its body waits for nothing.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    name: 'the server',
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', NO_ENVIRONMENT, NO_ASIDE],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, ...NO_MODULE_STATE],
    },
  },
  { name: 'tests', files: ['test/**/*.ts'], rules: { 'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT] } },
  {
    name: 'pure files',
    files: PURE.map((path) => `src/${path}.ts`),
    rules: {
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, ...NO_MODULE_STATE, NO_CLOCK],
      'no-restricted-properties': [
        'error',
        NO_ENVIRONMENT,
        NO_ASIDE,
        { object: 'Date', property: 'now', message: 'Time is an argument of a pure file.' },
        { object: 'Math', property: 'random', message: 'Chance is an argument of a pure file.' },
      ],
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'performance',
          'crypto',
          'fetch',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'queueMicrotask',
        ],
      ],
    },
  },
  imports('everywhere', ['src/**/*.ts'], BANS.clients),
  imports(
    'features and transports',
    [...FEATURES, 'graphql'].map((name) => `src/${name}/**/*.ts`),
    BANS.clients,
    BANS.tables,
  ),
  imports('foreign keys', ['src/*/table.ts'], BANS.clients),
  imports(
    'platform',
    [
      'src/{ids,errors,platform,config}.ts',
      'src/{config,crypto,http,outgoing}/**/*.ts',
      'src/graphql/builder.ts',
    ],
    BANS.clients,
    BANS.features,
  ),
  imports('factories', ['src/{db,bus}/**/*.ts'], BANS.features),
  imports('fields', ['src/*/graphql*.ts'], BANS.clients, BANS.tables, BANS.fields),
  imports(
    'pure',
    PURE.map((path) => `src/${path}.ts`),
    BANS.impure,
  ),
  imports('aggregation', [
    'src/{app,worker-chores,main,demo,people-create,rotate-keys,audit-verify}.ts',
    'src/db/relations.ts',
  ]),
  {
    name: 'programs: they talk to a person',
    files: [
      'src/{main,demo,people-create,rotate-keys,audit-verify}.ts',
      'src/demo/**/*.ts',
      'src/graphql/print.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'what is read into memory',
    files: ['src/{app,accounts/cache,routing/evidence-exchange}.ts'],
    rules: { 'no-restricted-properties': ['error', NO_ENVIRONMENT] },
  },
  // config.ts reads it; programs hand it over.
  {
    name: 'the environment',
    files: ['src/{config,main,people-create,rotate-keys,audit-verify}.ts', 'src/cli/main.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.js', '**/*.cjs'], extends: [tseslint.configs.disableTypeChecked] },
);
