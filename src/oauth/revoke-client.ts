import type { Principal } from '../accounts/principal.ts';
import type { OAuthClientId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeClient } from './change-client.ts';
import type { OAuthClientRow } from './table.ts';

/**
 * Ends a client of the caller's account and all its tokens: every process refuses them at once, and closes
 * what they opened.
 * @throws {OAuthClientNotFound}
 */
export async function revokeClient(app: App, who: Principal, id: OAuthClientId): Promise<OAuthClientRow> {
  return changeClient(app, who, 'oauth_client.revoke', id, (before) => ({
    revokedAt: new Date(app.clock()),
    generation: before.generation + 1,
  }));
}
