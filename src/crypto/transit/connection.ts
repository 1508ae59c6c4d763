import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../outgoing/backoff.ts';
import { HttpClient } from '../../outgoing/http/client.ts';
import { retryAfterMs } from '../../outgoing/http/retry-after.ts';
import { KeyEncryptionFailed } from '../errors.ts';
import { createVaultAccess, type VaultLogin } from './access.ts';
import { judge, type VaultBody, type Verdict } from './verdict.ts';

export interface VaultOptions {
  origin: URL;
  login: VaultLogin;
  /** Of Vault's own, `X-Vault-Namespace`. */
  namespace: string | undefined;
  /** PEM of authorities to trust instead of the system's. */
  ca: string | undefined;
  patience?: Partial<Patience>;
}

/** In milliseconds. */
interface Patience {
  /** To connect, and as long again for an answer. */
  tryMs: number;
  /** How long it is tried again; a start waits for a Vault that is being unsealed. */
  atStartMs: number;
  /** Later whoever waits is somebody's request. */
  laterMs: number;
  /** After that nobody waits for so long: the next ones are told at once. */
  restMs: number;
}

export interface VaultConnection {
  /**
   * Asks until there is an answer, within its patience.
   * @returns undefined when there is no such thing
   * @throws {KeyEncryptionFailed} in one line
   */
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<VaultBody | undefined>;
  close(): void;
}

const PATIENCE: Patience = { tryMs: 3_000, atStartMs: 20_000, laterMs: 3_000, restMs: 2_000 };
const BACKOFF = { minMs: 100, maxMs: 2_000 };
// The operator chose the address, not somebody who connects a carrier.
const ANYWHERE = { includes: () => true };

/** A connection to Vault's HTTP API: with a token, a deadline, and tries again while Vault is sealed or away. */
export function createVaultConnection(options: VaultOptions): VaultConnection {
  const { origin, namespace, ca } = options;
  const { tryMs, atStartMs, laterMs, restMs } = { ...PATIENCE, ...options.patience };
  const client = new HttpClient({ origin, ca, networks: ANYWHERE, connections: 4, timeoutMs: tryMs });
  const access = createVaultAccess(options.login, (path, body) => exchange('POST', path, body), Date.now);
  let hasAnswered = false;
  let resting: { until: number; reason: string } | undefined;

  async function exchange(method: string, path: string, body?: object, token?: string): Promise<Verdict> {
    const content = body && Buffer.from(JSON.stringify(body));
    const headers: Record<string, string> = {
      'x-vault-request': 'true',
      ...(content && { 'content-type': 'application/json', 'content-length': String(content.length) }),
      ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      ...(token !== undefined && { 'x-vault-token': token }),
    };
    return judge(await client.exchange({ method, target: `/v1/${path}`, headers, body: content }));
  }

  async function tryOnce(method: string, path: string, body?: object): Promise<Verdict> {
    for (let tries = 1; ; tries++) {
      const permit = await access.token();
      if (permit.kind !== 'token') return permit.kind === 'absent' ? NO_LOGIN : permit;
      const verdict = await exchange(method, path, body, permit.token);
      if (verdict.kind !== 'denied' || tries > 1) return verdict;
      // The token may have ended since; a new one tells whether it is the policy that does not let us.
      access.forget();
    }
  }

  return {
    async ask(method, path, body) {
      if (resting && performance.now() < resting.until) throw away(resting.reason);
      const deadline = performance.now() + (hasAnswered ? laterMs : atStartMs);
      for (let failures = 1; ; failures++) {
        const verdict = await tryOnce(method, path, body);
        if (verdict.kind !== 'again') {
          hasAnswered = true;
          resting = undefined;
          return read(verdict, path);
        }
        const { reason, retryAfter } = verdict;
        const wait =
          retryAfterMs(retryAfter, Date.now(), atStartMs) ?? backoffMs(failures, BACKOFF, Math.random);
        if (performance.now() + wait > deadline) {
          resting = { until: performance.now() + (hasAnswered ? restMs : 0), reason };
          throw away(reason);
        }
        await delay(wait);
      }
    },
    close: () => client.close(),
  };

  function read(verdict: Exclude<Verdict, { kind: 'again' }>, path: string): VaultBody | undefined {
    switch (verdict.kind) {
      case 'done':
        return verdict.body;
      case 'absent':
        return undefined;
      case 'denied':
        throw new KeyEncryptionFailed(
          `Vault at ${origin.host} does not let us use ${path} (${verdict.reason}). The policy of our token has to allow it, and the token must not have ended.`,
        );
      case 'refused':
        throw new KeyEncryptionFailed(
          `Vault at ${origin.host} refused what was asked of ${path} (${verdict.reason}).`,
        );
    }
  }

  function away(reason: string): KeyEncryptionFailed {
    return new KeyEncryptionFailed(
      `Vault at ${origin.host} does not answer as it should (${reason}). Check the address in OTPOST_KEYS and VAULT_CACERT, and that Vault runs and is unsealed.`,
    );
  }
}

const NO_LOGIN: Verdict = { kind: 'refused', reason: 'there is no auth/approle/login' };
