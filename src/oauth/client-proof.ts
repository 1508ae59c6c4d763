import { InvalidClient, OAuthRefused } from './errors.ts';

/** The parameters of a request, each once. */
export type Params = ReadonlyMap<string, string>;

/** How a client says who it is (RFC 6749 §2.3, RFC 7523 §2.2). */
export type ClientProof =
  | { kind: 'secret'; clientId: string; secret: string }
  | { kind: 'assertion'; clientId: string | undefined; assertion: string };

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Reads the parameters of a form; one without a value counts as left out (RFC 6749 §3.2).
 * @throws {OAuthRefused} when one is there twice
 */
export function readParams(form: string): Params {
  const params = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(form)) {
    if (params.has(name)) throw new OAuthRefused('invalid_request', 'A parameter is there twice.');
    if (value !== '') params.set(name, value);
  }
  return params;
}

/** @throws {OAuthRefused} when there is no proof, or more than one */
export function readClientProof(authorization: string | undefined, params: Params): ClientProof {
  const clientId = params.get('client_id');
  const secret = params.get('client_secret');
  const assertion = params.get('client_assertion');
  if ([authorization, secret, assertion].filter((proof) => proof !== undefined).length > 1)
    throw new OAuthRefused('invalid_request', 'A client proves who it is in one way at a time.');
  if (authorization !== undefined) {
    const basic = readBasic(authorization);
    if (!basic)
      throw new InvalidClient('This Authorization header is no Basic with a client id and a secret.');
    if (clientId !== undefined && clientId !== basic.clientId)
      throw new OAuthRefused('invalid_request', 'client_id is not the one in the Authorization header.');
    return { kind: 'secret', ...basic };
  }
  if (assertion !== undefined) {
    if (params.get('client_assertion_type') !== ASSERTION_TYPE)
      throw new OAuthRefused('invalid_request', `client_assertion_type is ${ASSERTION_TYPE}.`);
    return { kind: 'assertion', clientId, assertion };
  }
  if (clientId !== undefined && secret !== undefined) return { kind: 'secret', clientId, secret };
  throw new InvalidClient('A client proves who it is: by its secret, or by an assertion that it has signed.');
}

/** Id and secret are encoded as in a form before they are put together (RFC 6749 §2.3.1). */
function readBasic(authorization: string): { clientId: string; secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return undefined;
  try {
    const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
    return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}
