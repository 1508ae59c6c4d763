import { CONFIGURED_TRUST } from '../outgoing/certificate.ts';
import { HttpClient } from '../outgoing/http/client.ts';
import { createRequestWriter } from '../outgoing/http/request.ts';
import type { Resolve } from '../outgoing/lookup.ts';
import type { Networks } from '../outgoing/networks.ts';
import type { Secrets } from '../outgoing/secrets.ts';
import { Standing } from '../outgoing/standing.ts';
import { readLookup, type LookupOutcome } from './lookup-answer.ts';
import { LOOKUP_PLACEHOLDERS, lookupValueOf, type NumberLookupConfig } from './lookup-config.ts';
import { lookupReader } from './lookup-reader.ts';
import type { Asked, NumberLookup } from './lookup.ts';

export interface HttpLookupOptions {
  config: NumberLookupConfig;
  secrets: Secrets;
  /** Networks of our own that may be called. */
  networks: Networks;
  /** Default the system's resolver. */
  resolve?: Resolve;
  clock: () => number;
  random: () => number;
}

// One answer may get lost; three in a row are a lookup that hangs.
const SILENCES = 3;
// At 80 ms an answer that is a deadline's worth: a slow lookup must not have all messages wait for it.
const QUEUE_PER_CONNECTION = 10;

/** A lookup over HTTP as its configuration says. */
export function createHttpLookup(options: HttpLookupOptions): NumberLookup {
  const { config, secrets, networks, resolve, clock, random } = options;
  const writer = createRequestWriter(config.request, LOOKUP_PLACEHOLDERS, secrets);
  const reader = lookupReader(config);
  const { connections, timeoutMs, tls } = config;
  const client = new HttpClient({
    ...{ origin: writer.origin, networks, connections, timeoutMs, resolve },
    ca: tls?.ca,
    trust: CONFIGURED_TRUST,
  });
  const standing = new Standing({ silences: SILENCES });
  const queue: (() => void)[] = [];
  let underWay = 0;
  let oddity: string | undefined;
  let isClosed = false;

  async function exchange(e164: string): Promise<LookupOutcome> {
    const request = writer.write((placeholder) => lookupValueOf(placeholder, e164));
    if ('unfit' in request) return { kind: 'failed', reason: request.unfit, closed: true };
    const came = await client.exchange(request);
    if (came.kind === 'answer') return readLookup(came.answer, reader);
    return { kind: 'failed', reason: came.reason, closed: !came.written };
  }

  function judge(outcome: LookupOutcome): void {
    if (outcome.kind === 'answered') {
      oddity = outcome.oddity;
      return standing.isWell();
    }
    if (outcome.closed) standing.isClosed(outcome.reason, clock(), random);
    else standing.isSilent(outcome.reason, clock(), random);
  }

  /** Resolves when it is this one's turn. */
  function turn(): Promise<void> | undefined {
    if (underWay < connections) return void underWay++;
    return new Promise((resolve) => queue.push(resolve));
  }

  return {
    get mood() {
      if (!standing.isDown) return queue.length < connections * QUEUE_PER_CONNECTION ? 'well' : 'busy';
      return standing.limit(clock()) > underWay ? 'trying' : 'resting';
    },
    get problem() {
      return standing.problem ?? oddity;
    },
    async ask(e164, patienceMs): Promise<Asked> {
      const asked = performance.now();
      const waiting = turn();
      // Without a pause where there is nothing to wait for: what is decided on has not changed meanwhile.
      if (waiting) await waiting;
      try {
        // Nobody waits for it any more, or it would find the same closed door as those before it.
        if (isClosed || performance.now() - asked > patienceMs || standing.limit(clock()) < underWay)
          return { kind: 'skipped' };
        const outcome = await exchange(e164);
        judge(outcome);
        return outcome;
      } finally {
        const next = queue.shift();
        if (next) next();
        else underWay -= 1;
      }
    },
    close() {
      isClosed = true;
      client.close();
    },
  };
}
