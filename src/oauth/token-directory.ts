import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CredentialFault } from '../accounts/errors.ts';
import { withImplied } from '../accounts/permissions.ts';
import type { AccessTokenPrincipal } from '../accounts/principal.ts';
import { SIGNING_KEYS_CHANNEL } from '../bus/channels.ts';
import type { App } from '../platform.ts';
import { readAccessToken, type AccessToken } from './access-token.ts';
import { createSigningKeys } from './signing-keys.ts';

/** The access tokens seen lately whose signature is good, by their hash. */
export interface TokenDirectory extends AsyncDisposable {
  /** Whom it stands for, or what is wrong with it. Whether it was revoked, is not looked at here. */
  find(token: string): Promise<AccessTokenPrincipal | CredentialFault>;
}

// 1.2 KB each. Only good ones are kept: made-up ones push nothing out.
const MAX_KEPT = 50_000;

export function createTokenDirectory(app: App): TokenDirectory {
  const known = new LRUCache<string, AccessTokenPrincipal>({ max: MAX_KEPT });
  const reading = new Map<string, Promise<AccessTokenPrincipal | CredentialFault>>();
  // A key that signed them may be gone.
  const forget = () => known.clear();
  const subscription = app.bus.subscribe(SIGNING_KEYS_CHANNEL, { onMessage: forget, onResync: forget });

  async function read(name: string, text: string): Promise<AccessTokenPrincipal | CredentialFault> {
    const { verifying } = app.single(createSigningKeys);
    const token = await readAccessToken(text, app.publicUrl, app.clock(), verifying);
    if (typeof token === 'string') return token;
    const principal = principalOf(token);
    known.set(name, principal);
    return principal;
  }

  return {
    async find(text) {
      // Not the token itself, which has no place in a dump of the memory.
      const name = hash('sha256', text, 'base64');
      const found = known.get(name);
      if (found) {
        if (app.clock() < found.expiresAt.getTime()) return found;
        known.delete(name);
        return 'expired';
      }
      const pending = reading.get(name) ?? read(name, text).finally(() => reading.delete(name));
      reading.set(name, pending);
      return pending;
    },
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}

function principalOf({
  id,
  accountId,
  clientId,
  generation,
  scope,
  expiresAt,
}: AccessToken): AccessTokenPrincipal {
  return {
    kind: 'accessToken',
    accountId,
    clientId,
    tokenId: id,
    generation,
    permissions: withImplied(scope),
    expiresAt: new Date(expiresAt),
  };
}
