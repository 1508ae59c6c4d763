import type { Mode } from '../accounts/mode.ts';
import { beyond, type Rights } from '../accounts/rights.ts';
import { ROLE_TABLE, type Role } from '../accounts/roles.ts';
import type { ApiKeyId, OAuthClientId } from '../ids.ts';

/** An API key or an OAuth client that works, and that a member made, or knows a secret of. */
export type Credential = ({ kind: 'apiKey'; id: ApiKeyId } | { kind: 'oauthClient'; id: OAuthClientId }) & {
  name: string;
  /** Of what it starts; a client is for live traffic. */
  mode: Mode;
  /** To the minute; null: not yet. */
  lastUsedAt: Date | null;
  /** It can do what the role of the member does not let them do. */
  beyondRole: boolean;
};

/** What becomes of the credentials of somebody who goes. */
export type CredentialsChoice = 'keep' | 'revoke';

/** Whether somebody of that role could not make it. */
export function isBeyondRole(role: Role, rights: Rights): boolean {
  const { permissions } = ROLE_TABLE[role];
  return beyond({ kind: 'person', role, permissions }, rights) !== undefined;
}
