import { z } from 'zod';
import { contact, flag, list, oneOf, origins, proxyTrust, rate, whole } from './values.ts';

/** What the world meets of the API. A part of `VARIABLES`. */
export const HTTP_VARIABLES = {
  GRAPHIQL: {
    schema: flag.optional(),
    default: undefined,
    about: 'on or off; on unless NODE_ENV is production.',
  },
  INTROSPECTION: {
    schema: flag.optional(),
    default: undefined,
    about: 'on or off; on unless NODE_ENV is production.',
  },
  TRUSTED_DOCUMENTS: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about:
      'A file of registered operations, as the client preset of GraphQL Code Generator writes it (persistedDocuments, sha256), or a directory of such files: only these are run, and GraphiQL is off.',
  },
  ALLOWED_ORIGINS: {
    schema: origins.optional(),
    default: undefined,
    about:
      'Browser origins that may call with credentials of any account, separated by commas; all when not set. Accounts can list their own.',
  },
  ALLOWED_HOSTS: {
    schema: list.pipe(z.array(z.string().regex(/^[\w.-]+$/, 'a host is a name without a port'))).optional(),
    default: undefined,
    about:
      'More names of ours, under which people sign in and the pages of GraphiQL and the simulator may be opened, separated by commas. Addresses, localhost, HOST and the name in PUBLIC_URL are fine anyway.',
  },
  TRUST_PROXY: {
    schema: proxyTrust.optional(),
    default: undefined,
    about:
      'Whose word on where a request came from is taken: the networks of your proxies, e.g. 10.0.0.0/8, separated by commas, or how many of them stand in front. Nobody when not set.',
  },
  PROXY_HEADER: {
    schema: oneOf(['x-forwarded-for', 'forwarded']),
    default: 'x-forwarded-for',
    about: 'Where those proxies write it: x-forwarded-for or forwarded. The other one is not read.',
  },
  MAX_CONNECTIONS: {
    schema: whole(10, 1_000_000),
    default: '20000',
    about: 'Connections over HTTP and WebSocket that a process holds at a time.',
  },
  MAX_SOCKETS_PER_ADDRESS: {
    schema: whole(1, 1_000_000),
    default: '10000',
    about: 'WebSockets and event streams of one address that a process holds at a time.',
  },
  MAX_SOCKETS_PER_ACCOUNT: {
    schema: whole(1, 1_000_000),
    default: '10000',
    about:
      'WebSockets and event streams of one account that a process holds at a time; those of client tokens are counted by themselves.',
  },
  RATE_LIMIT_CREDENTIAL: {
    schema: rate,
    default: '3000000/60',
    about: 'Units that one API key may ask for in so many seconds, or off; most operations are one unit.',
  },
  RATE_LIMIT_ACCOUNT: {
    schema: rate,
    default: '3000000/60',
    about: 'The same for all credentials of an account together.',
  },
  RATE_LIMIT_CLIENT_TOKEN: {
    schema: rate,
    default: '300/60',
    about: 'The same for the client token of one verification.',
  },
  RATE_LIMIT_STRANGER: {
    schema: rate,
    default: '600/60',
    about: 'The same for one address without a good credential.',
  },
  RATE_LIMIT_SEARCH: {
    schema: rate,
    default: '60/3600',
    about:
      'Questions that name a phone number, of a person, an OAuth client, or all API keys of an account together, as long as they see numbers masked.',
  },
  SECURITY_CONTACT: {
    schema: contact.optional(),
    default: undefined,
    about:
      'Whom to tell of a hole, for /.well-known/security.txt: an address of mail or a URI. The Otpost project when not set.',
  },
  PUBLIC_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .refine((url) => !/[?#]/.test(url), 'paths are put behind it, so it has no ? and no #')
      .optional(),
    default: undefined,
    about:
      'Where the world reaches the API: carriers send their receipts there, and access tokens name it as their issuer. http://localhost:PORT when not set.',
  },
  PASSKEY_RP_ID: {
    schema: z
      .string()
      .regex(/^[a-z\d-]+(\.[a-z\d-]+)*$/, 'it is a host in lower case, without scheme and port')
      .optional(),
    default: undefined,
    about:
      'The name that passkeys of people are made for, e.g. example.com for pages of otp.example.com and console.example.com (ALLOWED_ORIGINS). Another one voids all that there are. The host of PUBLIC_URL when not set.',
  },
} as const;
