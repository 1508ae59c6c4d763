import type { AccountId, ApiKeyId, VerificationId } from '../ids.ts';

/** Who is asking. */
export type Principal =
  | { kind: 'apiKey'; accountId: AccountId; apiKeyId: ApiKeyId }
  /** A frontend with a start's `clientToken`: may watch this one verification and nothing else. */
  | { kind: 'clientToken'; accountId: AccountId; verificationId: VerificationId; expiresAt: Date };
