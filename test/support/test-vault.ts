import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeyPair } from './certificates.ts';
import { TestHttpServer, type Received } from './http-server.ts';
import { TransitKey, type TransitVerb } from './transit-key.ts';

type Capability = 'create' | 'read' | 'update';
/** Capabilities by path. */
export type Policy = Readonly<Record<string, readonly Capability[]>>;

interface Grant {
  policy: Policy;
  namespace: string;
  /** Of `performance.now()`. */
  until: number;
}

export interface VaultOptions {
  tls?: KeyPair;
  mount?: string;
  namespace?: string;
}

/** What README says that a token needs. */
export function policyFor(key = 'otpost', mount = 'transit'): Policy {
  return {
    [`${mount}/keys/${key}`]: ['read'],
    [`${mount}/encrypt/${key}`]: ['update'],
    [`${mount}/decrypt/${key}`]: ['update'],
    [`${mount}/rewrap/${key}`]: ['update'],
  };
}

/**
 * A server over HTTP(S) that does what the documentation of HashiCorp Vault's API says of Transit, AppRoles, policies,
 * namespaces, sealing and errors. It is no Vault, of which there is no package; but its cryptography is real.
 */
export class TestVault implements AsyncDisposable {
  readonly keys = new Map([['otpost', new TransitKey()]]);
  isSealed = false;
  /** Before each answer. */
  delayMs = 0;
  /** Answers in the place of Vault, a proxy's for example. */
  instead: { status: number; body: string; headers?: Record<string, string> } | undefined;
  readonly #server: TestHttpServer;
  readonly #mount: string;
  readonly #namespace: string;
  readonly #isTls: boolean;
  readonly #grants = new Map<string, Grant>();
  readonly #roles = new Map<string, { secretId: string; policy: Policy; leaseSeconds: number }>();

  private constructor(server: TestHttpServer, { tls, mount = 'transit', namespace = '' }: VaultOptions) {
    this.#server = server;
    [this.#mount, this.#namespace, this.#isTls] = [mount, namespace, tls !== undefined];
  }

  static async start(options: VaultOptions = {}): Promise<TestVault> {
    const answer = async (
      response: Parameters<TestHttpServer['behave']>[0],
      received: Received,
    ): Promise<void> => {
      await delay(vault.delayMs, undefined, { ref: false });
      const { status, body, headers } = vault.instead ?? vault.#answer(received);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    };
    const vault: TestVault = new TestVault(
      await TestHttpServer.start(answer, options.tls && createServer(options.tls)),
      options,
    );
    return vault;
  }

  /** An entry of `OTPOST_KEYS`. */
  entry(key = 'otpost'): string {
    const origin = this.#isTls ? `https://localhost:${this.#server.port}` : this.#server.url;
    return `vault:${origin}/${this.#mount}/${key}`;
  }

  /** Paths that were asked for, each with its verb. */
  get asked(): string[] {
    return this.#server.received.map(({ method, url }) => `${method} ${url}`);
  }

  get received(): readonly Received[] {
    return this.#server.received;
  }

  key(name = 'otpost'): TransitKey {
    return this.keys.get(name)!;
  }

  issueToken(policy: Policy = policyFor(), seconds = Infinity): string {
    const token = `hvs.${randomUUID()}`;
    const until = performance.now() + seconds * 1_000;
    this.#grants.set(token, { policy, namespace: this.#namespace, until });
    return token;
  }

  revoke(token?: string): void {
    if (token === undefined) this.#grants.clear();
    else this.#grants.delete(token);
  }

  addRole(policy: Policy = policyFor(), leaseSeconds = 3_600): { roleId: string; secretId: string } {
    const [roleId, secretId] = [randomUUID(), randomUUID()];
    this.#roles.set(roleId, { secretId, policy, leaseSeconds });
    return { roleId, secretId };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  #answer(received: Received): { status: number; body: string; headers?: Record<string, string> } {
    const { method, url, headers, body: text } = received;
    if (this.isSealed) return errors(503, 'Vault is sealed');
    const path = url.replace(/^\/v1\//, '');
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (headers['x-vault-request'] !== 'true') return errors(412, 'missing required request header');
    if ((headers['x-vault-namespace'] ?? '') !== this.#namespace) return errors(403, 'permission denied');
    if (path === 'auth/approle/login') return this.#login(body);
    const grant = this.#grants.get(String(headers['x-vault-token'] ?? ''));
    const needed = method === 'GET' ? 'read' : 'update';
    if (!grant || grant.until < performance.now() || !grant.policy[path]?.includes(needed))
      return errors(403, '1 error occurred:\n\t* permission denied\n\n');
    if (!path.startsWith(`${this.#mount}/`)) return errors(404, 'no handler for route');
    return this.#transit(method, path.slice(this.#mount.length + 1), body);
  }

  #login({ role_id, secret_id }: Record<string, unknown>) {
    const role = this.#roles.get(String(role_id));
    if (!role || role.secretId !== secret_id) return errors(400, 'invalid role or secret ID');
    const client_token = this.issueToken(role.policy, role.leaseSeconds);
    return ok({ auth: { client_token, lease_duration: role.leaseSeconds, renewable: true } });
  }

  #transit(method: string, path: string, body: Record<string, unknown>) {
    const [verb, name] = path.split('/') as [string, string];
    const key = this.keys.get(name);
    if (method === 'GET') return key ? ok({ data: key.describe(name) }) : errors(404);
    if (!key) return errors(400, 'encryption key not found');
    const results = (body.batch_input as object[]).map((item) => key.run(verb as TransitVerb, item));
    const failed = results.some((result) => 'error' in result);
    return { ...ok({ data: { batch_results: results } }), ...(failed && { status: 400 }) };
  }
}

function ok(body: object) {
  return { status: 200, body: JSON.stringify({ request_id: randomUUID(), lease_id: '', ...body }) };
}

function errors(status: number, ...words: string[]) {
  return { status, body: JSON.stringify({ errors: words }) };
}
