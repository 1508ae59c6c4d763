import { rowset, runBatch } from '../db/rowset.ts';
import type { AccountId, ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { ApiKeyPrincipal } from './principal.ts';

/** When the API keys were last used: noted at each request, written once a minute. */
export interface KeyUsage extends AsyncDisposable {
  note(who: ApiKeyPrincipal, now: number): void;
  /** Writes what was noted since the last time. */
  write(): Promise<void>;
}

interface Use {
  accountId: AccountId;
  id: ApiKeyId;
  at: number;
}

const WRITE_MS = 60_000;
const KEYS_PER_WRITE = 1_000;

const USES = rowset<Use>({
  account_id: ['uuid', (use) => use.accountId],
  id: ['uuid', (use) => use.id],
  used_at: ['timestamptz', (use) => new Date(use.at)],
});

// The condition keeps it at one write per minute and key, however many processes the key is used in.
const WRITE = `
  UPDATE api_keys k SET last_used_at = n.used_at FROM ${USES.from}
  WHERE k.account_id = n.account_id AND k.id = n.id
    AND (k.last_used_at IS NULL OR k.last_used_at <= n.used_at - interval '1 minute')`;

export function createKeyUsage(app: App): KeyUsage {
  let uses = new Map<ApiKeyId, Use>();

  async function write(): Promise<void> {
    // In the order of their ids, so that two processes never wait for each other's rows in a circle.
    const noted = [...uses.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    uses = new Map();
    for (let i = 0; i < noted.length; i += KEYS_PER_WRITE)
      await runBatch(app.sql, WRITE, USES, noted.slice(i, i + KEYS_PER_WRITE));
  }
  const writeQuietly = () =>
    write().catch((error: unknown) => app.log.warn({ err: error }, 'noting when keys were used failed'));

  const timer = setInterval(() => void writeQuietly(), WRITE_MS);
  timer.unref();

  return {
    note({ accountId, apiKeyId }, now) {
      const use = uses.get(apiKeyId);
      if (use) use.at = now;
      else uses.set(apiKeyId, { accountId, id: apiKeyId, at: now });
    },
    write,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writeQuietly();
    },
  };
}
