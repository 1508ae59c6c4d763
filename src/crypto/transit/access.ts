import { readFile } from 'node:fs/promises';
import { KeyEncryptionFailed } from '../errors.ts';
import type { Verdict } from './verdict.ts';

/** How this installation may speak to Vault: with the token of a file, or with an AppRole. */
export type VaultLogin =
  { by: 'token'; file: string } | { by: 'appRole'; roleId: string; secretIdFile: string };

/** Tokens for requests. */
export interface VaultAccess {
  /** One that is good as far as we know; or what stood in the way of getting one. */
  token(): Promise<{ kind: 'token'; token: string } | Exclude<Verdict, { kind: 'done' }>>;
  /** It was not good after all: the next one is read, or asked for, anew. */
  forget(): void;
}

// A token is asked for anew well before its lease ends, so that no request meets the end.
const PART_OF_LEASE = 2 / 3;

/**
 * Whoever writes a token's file (a Vault Agent) keeps the token alive, and the file is read again when it is
 * refused. An AppRole's tokens are asked for here, each before the last one ends.
 * @param ask sends a request without a token
 */
export function createVaultAccess(
  login: VaultLogin,
  ask: (path: string, body: object) => Promise<Verdict>,
  clock: () => number,
): VaultAccess {
  let known: { token: string; until: number } | undefined;
  let asking: ReturnType<VaultAccess['token']> | undefined;

  async function obtain(): ReturnType<VaultAccess['token']> {
    if (login.by === 'token') return keep(await read('VAULT_TOKEN_FILE', login.file), Infinity);
    const secretId = await read('VAULT_SECRET_ID_FILE', login.secretIdFile);
    const verdict = await ask('auth/approle/login', { role_id: login.roleId, secret_id: secretId });
    if (verdict.kind !== 'done') return verdict;
    const { client_token: token, lease_duration: seconds } = verdict.body.auth ?? {};
    if (!token) return { kind: 'refused', reason: 'no token came from the AppRole' };
    // 0 is without an end.
    return keep(token, seconds ? clock() + seconds * 1_000 * PART_OF_LEASE : Infinity);
  }

  function keep(token: string, until: number): { kind: 'token'; token: string } {
    known = { token, until };
    return { kind: 'token', token };
  }

  return {
    token() {
      if (known && clock() < known.until) return Promise.resolve({ kind: 'token', token: known.token });
      asking ??= obtain().finally(() => (asking = undefined));
      return asking;
    },
    forget() {
      known = undefined;
    },
  };
}

async function read(name: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new KeyEncryptionFailed(`${name}, ${file}, cannot be read (${error.code}).`);
  });
  const secret = text.trim();
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new KeyEncryptionFailed(`${name}, ${file}, holds no token.`);
  return secret;
}
