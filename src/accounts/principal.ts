import type { AccountId, ApiKeyId, VerificationId } from '../ids.ts';
import type { Permission } from './permissions.ts';

/** Who is asking. */
export type Principal = ApiKeyPrincipal | ClientTokenPrincipal;

/** A server with an API key. */
export interface ApiKeyPrincipal {
  kind: 'apiKey';
  accountId: AccountId;
  apiKeyId: ApiKeyId;
  /** All that it may do; absent: everything. */
  permissions?: ReadonlySet<Permission>;
  /** When the key, or the old secret of one that was rotated, is over; absent: never. */
  expiresAt?: Date;
  /** The networks that it may be used from, in CIDR form; absent: all. */
  networks?: readonly string[];
  /** How often its secret or its rights were changed; absent: never. What it opened before a change ends with it. */
  generation?: number;
}

/** A frontend with a start's `clientToken`: may watch this one verification and nothing else. */
export interface ClientTokenPrincipal {
  kind: 'clientToken';
  accountId: AccountId;
  verificationId: VerificationId;
  expiresAt: Date;
}
