import { ASSERTION_ALGORITHMS } from './limits.ts';
import { SCOPES } from './scopes.ts';

const DOCUMENTATION = 'https://github.com/otpost/otpost/blob/main/src/oauth/README.md';
const PROOFS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];

/** What a client has to know of us to ask for tokens (RFC 8414), and nothing that is not there. */
export function authorizationServerMetadata(issuer: string): object {
  const endpoint = (name: string) => ({
    [`${name}_endpoint_auth_methods_supported`]: PROOFS,
    [`${name}_endpoint_auth_signing_alg_values_supported`]: ASSERTION_ALGORITHMS,
  });
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    ...endpoint('token'),
    introspection_endpoint: `${issuer}/oauth/introspect`,
    ...endpoint('introspection'),
    revocation_endpoint: `${issuer}/oauth/revoke`,
    ...endpoint('revocation'),
    jwks_uri: `${issuer}/oauth/jwks`,
    scopes_supported: SCOPES,
    grant_types_supported: ['client_credentials'],
    // Asked for by the RFC. There is no authorization endpoint, so there are none.
    response_types_supported: [],
    protected_resources: [issuer],
    service_documentation: DOCUMENTATION,
  };
}

/** Where tokens for this API come from (RFC 9728). */
export function protectedResourceMetadata(issuer: string): object {
  return {
    resource: issuer,
    authorization_servers: [issuer],
    jwks_uri: `${issuer}/oauth/jwks`,
    scopes_supported: SCOPES,
    bearer_methods_supported: ['header'],
    resource_name: 'Otpost',
    resource_documentation: DOCUMENTATION,
  };
}
