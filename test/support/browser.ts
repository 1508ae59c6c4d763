import type { RunningApp } from '../../src/app.ts';
import { codesOf, urlOf, type Answer } from './graphql.ts';

/** What an answer of `/auth/…` says. */
export interface Said {
  status: number;
  body: Record<string, unknown>;
  /** As they came, with their attributes. */
  setCookies: string[];
  headers: Headers;
}

export interface BrowserOptions {
  /** Of the page that it shows; the server's own when absent. */
  origin?: string;
}

/** A browser, as far as cookies and origins go. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: RunningApp;
  readonly origin: string;

  constructor(app: RunningApp, { origin = app.server!.url }: BrowserOptions = {}) {
    this.#app = app;
    this.origin = origin;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** A page of it sends JSON to a path below `/auth`. */
  async post(path: string, body: object = {}): Promise<Said> {
    return this.#auth(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async get(path: string): Promise<Said> {
    return this.#auth(path, { method: 'GET' });
  }

  async #auth(path: string, init: RequestInit): Promise<Said> {
    const response = await fetch(`${this.#app.server!.url}/auth${path}`, {
      ...init,
      headers: this.headers(),
    });
    const setCookies = response.headers.getSetCookie();
    for (const text of setCookies) this.#keep(text);
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body, setCookies, headers: response.headers };
  }

  /** A page of it asks the API. */
  async ask(
    query: string,
    variables?: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(urlOf(this.#app), {
      method: 'POST',
      headers: { ...this.headers(), accept: 'application/graphql-response+json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }

  /** @throws {Error} when the answer has errors */
  async data<T>(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<T> {
    const answer = await this.ask(query, variables, headers);
    if (answer.errors) throw new Error(`${codesOf(answer).join()}: ${JSON.stringify(answer.errors)}`);
    return answer.data as T;
  }

  headers(): Record<string, string> {
    return {
      'content-type': 'application/json',
      origin: this.origin,
      ...(this.cookies.size > 0 && { cookie: this.cookie }),
    };
  }

  async signIn(email: string, password: string): Promise<Said> {
    return this.post('/sign-in/email', { email, password });
  }

  #keep(text: string): void {
    const [pair = '', ...attributes] = text.split(';').map((part) => part.trim());
    const [name = '', value = ''] = pair.split('=', 2);
    if (attributes.some((attribute) => /^max-age=0$/i.test(attribute)) || value === '')
      this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
