import type { App } from '../platform.ts';
import { looksLikeAccessToken, readAccessToken, type AccessToken } from './access-token.ts';
import type { Params } from './client-proof.ts';
import { OAuthRefused } from './errors.ts';
import { createSigningKeys } from './signing-keys.ts';
import { concerns, type TokenCaller } from './token-caller.ts';

/**
 * The token that a request is about, if its signature is ours, its time is not up, and it concerns whoever asks.
 * @throws {OAuthRefused} when there is none in the request
 */
export async function tokenNamed(
  app: App,
  caller: TokenCaller,
  params: Params,
): Promise<AccessToken | undefined> {
  const text = params.get('token');
  if (text === undefined) throw new OAuthRefused('invalid_request', 'token is missing.');
  if (!looksLikeAccessToken(text)) return undefined;
  const { verifying } = app.single(createSigningKeys);
  const token = await readAccessToken(text, app.publicUrl, app.clock(), verifying);
  return typeof token !== 'string' && concerns(caller, token) ? token : undefined;
}
