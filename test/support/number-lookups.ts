import { readFile } from 'node:fs/promises';
import type { NumberLookupConfig } from '../../src/numbers/lookup-config.ts';
import { MISBEHAVIOURS, type Misbehaviour } from './http-providers.ts';
import { TestHttpServer } from './http-server.ts';

interface Example {
  config: NumberLookupConfig;
  secrets: Record<string, string>;
}

/** The provider that our example describes, and what it can do wrong. */
export class Portaris implements AsyncDisposable {
  static readonly SECRETS = { apiToken: 'portaris-live-token' };
  /** Who serves a number, in the provider's words; numbers that are not here are unknown. */
  readonly networks = new Map<string, string | null>();
  /** What kind of line a number is, in the provider's words; `mobile` where nothing is said. */
  readonly lines = new Map<string, string>();
  misbehaves: Misbehaviour | undefined;
  /** Before it answers. */
  slowMs = 0;
  server!: TestHttpServer;

  async start(): Promise<this> {
    this.server = await TestHttpServer.start((response, received, socket) => {
      if (this.misbehaves) return MISBEHAVIOURS[this.misbehaves](response, received, socket);
      const { status, body } = this.#answer(received.url, received.headers.authorization);
      const say = () => void response.writeHead(status).end(JSON.stringify(body));
      if (this.slowMs > 0) setTimeout(say, this.slowMs);
      else say();
    });
    return this;
  }

  /** The numbers that were asked for, in order. */
  get asked(): string[] {
    return this.server.received.map(({ url }) => `+${/numbers\/(\d+)/.exec(url)![1]}`);
  }

  /** The shipped example, with its host and its secrets. */
  async example(change: Partial<NumberLookupConfig> = {}): Promise<Example> {
    const example = JSON.parse(await readFile('src/numbers/examples/portaris.json', 'utf8')) as Example;
    const { config } = example;
    config.request.url = config.request.url.replace(/^https:\/\/[^/]+/, this.server.url);
    return { config: { ...config, allowPlainHttp: true, ...change }, secrets: Portaris.SECRETS };
  }

  #answer(url: string, authorization: string | undefined) {
    if (authorization !== `Bearer ${Portaris.SECRETS.apiToken}`)
      return { status: 401, body: { error: 'unauthorized' } };
    const number = `+${/numbers\/(\d+)/.exec(url)![1]}`;
    const network = this.networks.get(number);
    if (network === undefined) return { status: 404, body: { error: 'number_not_found' } };
    return {
      status: 200,
      body: {
        current: { network },
        line: this.lines.get(number) ?? 'mobile',
        ported: true,
        status: 'online',
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}
