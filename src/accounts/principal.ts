import type {
  AccessTokenId,
  AccountId,
  ApiKeyId,
  OAuthClientId,
  PersonId,
  SessionId,
  VerificationId,
} from '../ids.ts';
import type { Factor } from './factor.ts';
import type { Mode } from './mode.ts';
import type { Permission } from './permissions.ts';
import type { Role } from './roles.ts';

/** Who is asking. */
export type Principal = (ApiKeyPrincipal | AccessTokenPrincipal | PersonPrincipal | ClientTokenPrincipal) &
  From;

/** Where a request came from. */
interface From {
  /** Of the socket's other end, or what trusted proxies say of it; absent: from within. */
  address?: string;
}

/** A server with an API key. */
export interface ApiKeyPrincipal {
  kind: 'apiKey';
  accountId: AccountId;
  apiKeyId: ApiKeyId;
  /** Absent: live. */
  mode?: 'test';
  /** All that it may do; absent: everything. */
  permissions?: ReadonlySet<Permission>;
  /** When the key, or the old secret of one that was rotated, is over; absent: never. */
  expiresAt?: Date;
  /** The networks that it may be used from, in CIDR form; absent: all. */
  networks?: readonly string[];
  /** How often its secret or its rights were changed; absent: never. What it opened before a change ends with it. */
  generation?: number;
}

/** An OAuth client with an access token that it was given. */
export interface AccessTokenPrincipal {
  kind: 'accessToken';
  accountId: AccountId;
  clientId: OAuthClientId;
  tokenId: AccessTokenId;
  /** All that it may do. */
  permissions: ReadonlySet<Permission>;
  expiresAt: Date;
  /** How often the client's rights were changed when the token was made. What was made before ends with a change. */
  generation: number;
}

/** Somebody who has signed in, in one of the accounts that they are a member of. */
export interface PersonPrincipal {
  kind: 'person';
  accountId: AccountId;
  personId: PersonId;
  sessionId: SessionId;
  role: Role;
  /** Those of the role, as long as nothing more is needed. */
  permissions: ReadonlySet<Permission>;
  /** With what they showed who they are. */
  factors: readonly Factor[];
  /** The account wants a second factor, which the session lacks: they have no permissions until it has one. */
  needsSecondFactor: boolean;
  expiresAt: Date;
}

/** A frontend with a start's `clientToken`: may watch this one verification and nothing else. */
export interface ClientTokenPrincipal {
  kind: 'clientToken';
  accountId: AccountId;
  verificationId: VerificationId;
  expiresAt: Date;
  /** The one place that it may be used from, as `client-binding.ts` writes it; absent: everywhere. */
  binding?: Buffer;
}

/** Of what a caller starts and sees. People look at live traffic; a client token watches the one verification that it is for, whichever that is. */
export function modeOf(who: Principal): Mode {
  switch (who.kind) {
    case 'apiKey':
      return who.mode ?? 'live';
    case 'accessToken':
    case 'person':
    case 'clientToken':
      return 'live';
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}
