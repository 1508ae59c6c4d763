import { secretsOfRequest } from '../../outgoing/http/secrets-named.ts';
import { rulesOf } from '../../outgoing/http/rules.ts';
import { splitUrl } from '../../outgoing/http/url.ts';
import type { CarrierKind } from '../kind.ts';
import { callbackUrl } from './callback-url.ts';
import { createHttpCarrier } from './carrier.ts';
import { HttpCarrierConfig } from './config.ts';
import { doorsOf } from './doors.ts';
import { PLACEHOLDERS } from './placeholders.ts';

export const HTTP = {
  kind: 'http',
  graphql: {
    name: 'Http',
    protocol: 'HTTP',
    carrier: 'A carrier that is reached over HTTP, described without code.',
    connecting: 'Adds a carrier over HTTP; every worker uses it at once.',
    config: {
      json: 'Request, answer, receipts and messages from handsets; see the README of `src/carriers/http`.',
    },
  },
  config: HttpCarrierConfig,
  addressOf: ({ request }) => request.url,
  targets({ request }, { networks }) {
    const { origin } = splitUrl(request.url);
    return [{ path: 'request.url', host: origin.hostname, rules: rulesOf(origin, networks) }];
  },
  secretsOf({ request, receipts, inbound }) {
    const named = secretsOfRequest(request, PLACEHOLDERS);
    if (receipts) named.push({ name: receipts.auth.secret, path: 'config.receipts.auth.secret' });
    if (inbound?.auth) named.push({ name: inbound.auth.secret, path: 'config.inbound.auth.secret' });
    return named;
  },
  secretsMayBeEmpty: false,
  secretProblem: () => undefined,
  bindsOnceOldIsGone: false,
  reports: ({ receipts }) => receipts !== null,
  callbacks: doorsOf,
  open({ outside: { publicUrl, networks }, formMemory: _, ...opening }, events) {
    return createHttpCarrier(
      { ...opening, networks, callbackUrl: callbackUrl(publicUrl, opening.id) },
      events,
    );
  },
} as const satisfies CarrierKind<HttpCarrierConfig>;
