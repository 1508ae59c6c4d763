import type { Whereabouts } from './client-binding.ts';

/** What the operator of the installation says of the page that sends a request. */
export type PageStanding =
  /** It is one of ours, or `ALLOWED_ORIGINS` names it. */
  | 'named'
  /** Nothing: all pages may call. */
  | 'unnamed'
  /** Others are named, and it is not. */
  | 'foreign';

/** What a request says of its sender, besides the credential. */
export interface Sender extends Whereabouts {
  /** Which of their accounts a person means (`Otpost-Account`); absent: that of their session. */
  account?: string | undefined;
  /** Of the page that `origin` says; absent: no page. */
  standing?: PageStanding | undefined;
}

/**
 * Whether a page may call with a credential of an account: the operator's own may, always; others if the account
 * lists them, or, where it lists none, if the operator leaves it open.
 * @param listed by the account; null: it has no list
 */
export function mayCall({ origin, standing }: Sender, listed: readonly string[] | null): boolean {
  if (origin === undefined || standing === 'named') return true;
  return listed ? listed.includes(origin) : standing === 'unnamed';
}
