import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, type BackoffOptions } from '../../outgoing/backoff.ts';
import { within } from '../../within.ts';
import { Window } from '../window.ts';
import type { BindTurns } from './bind-turns.ts';
import { SmppConnection, type ConnectionOptions } from './connection.ts';
import { dial, type Target } from './dial.ts';
import type { KeepAliveOptions } from './keep-alive.ts';
import type { SubmitSm, Unsequenced } from './pdu.ts';
import { noAnswer, type Answer, type RequestOptions } from './pending.ts';
import { STATUS, statusInWords } from './status.ts';

export type BindMode = 'transmitter' | 'receiver' | 'transceiver';

export interface SessionOptions extends Target {
  mode: BindMode;
  /** At most 15 characters (SMPP v3.4 §5.2.1). */
  systemId: string;
  /** At most 8 characters (§5.2.2). */
  password: string;
  /** At most 12 characters (§5.2.3); most carriers want none. */
  systemType?: string | undefined;
  /** What the bind says we speak (§5.2.4). Default 0x34. */
  interfaceVersion?: number | undefined;
  /** At most 40 characters (§5.2.7). Default: what the carrier has set up. */
  addressRange?: string | undefined;
  /** Shared by the links that must not bind at once. */
  turns: BindTurns;
  /** How many submits may wait for their answers. Default 10. */
  window?: number | undefined;
  /** How long an answer may take. Default 10 s. */
  responseTimeoutMs?: number | undefined;
  /** How long the connection, and then the bind, may take. Default 5 s each. */
  bindTimeoutMs?: number | undefined;
  /** Default: asked after 15 s of silence, given up after 2 questions. */
  enquireLink?: KeepAliveOptions | undefined;
  /** Pauses between tries to bind. Default 0.5 s to 30 s. */
  reconnect?: BackoffOptions | undefined;
  /** Answers what the carrier asks, above all deliver_sm. */
  handle: ConnectionOptions['handle'];
  /** The link came up, or a place in the window became free after there was none. */
  onReady(): void;
  /** Milliseconds that never go back; default `performance.now`. */
  clock?: () => number;
  /** Default `Math.random`. */
  random?: (() => number) | undefined;
}

/** Hears the answer to a submit that comes behind its deadline. */
export type LateSubmitHearer = RequestOptions<'submit_sm'>['onLate'];

export type SessionState = 'connecting' | 'up' | 'down' | 'closed';

const DEFAULT_VERSION = 0x34;
const DEFAULT_WINDOW = 10;
const DEFAULT_RESPONSE_TIMEOUT_MS = 10_000;
const DEFAULT_BIND_TIMEOUT_MS = 5_000;
const DEFAULT_ENQUIRE_LINK: KeepAliveOptions = { intervalMs: 15_000, missLimit: 2 };
const DEFAULT_RECONNECT: BackoffOptions = { minMs: 500, maxMs: 30_000 };
const UNBIND_TIMEOUT_MS = 2_000;
// A bind that is lost sooner than this counts as a failed one, or a carrier that binds and hangs up at
// once would be called twice a second for ever.
const STABLE_AFTER_MS = 10_000;

/**
 * Our side of an SMPP link (ESME): binds, stays bound, and comes back after a loss. One connection at a
 * time: the next is dialled only when the last is wholly gone, because parallel binds are refused.
 */
export class SmppSession {
  readonly #options: SessionOptions;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #window: Window;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #state: SessionState = 'connecting';
  #problem: string | undefined;
  /** The bound connection. */
  #connection: SmppConnection | undefined;
  #isClosing = false;

  /** Begins to bind at once. */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
    this.#window = new Window(options.window ?? DEFAULT_WINDOW, () => {
      if (this.freeWindow() > 0) options.onReady();
    });
    this.#ended = this.#stayBound();
  }

  get state(): SessionState {
    return this.#state;
  }

  get mode(): BindMode {
    return this.#options.mode;
  }

  /** What is wrong, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether this link can take messages at all. */
  get canSubmit(): boolean {
    return this.#options.mode !== 'receiver';
  }

  get window(): number {
    return this.#window.size;
  }

  get inFlight(): number {
    return this.#window.inFlight;
  }

  /** Free places; 0 when the link is down or takes no messages. */
  freeWindow(): number {
    const isUp = this.#state === 'up' && this.#connection?.isOpen === true;
    return isUp && this.canSubmit && !this.#isClosing ? this.#window.free : 0;
  }

  /** Sends one segment when there is a place; otherwise answers at once that it was not written. */
  submit(pdu: Unsequenced<SubmitSm>, onLate?: LateSubmitHearer): Promise<Answer<'submit_sm'>> {
    const hasPlace = this.freeWindow() > 0 && this.#window.tryTake();
    if (!hasPlace) return Promise.resolve(noAnswer(false, this.#problem ?? 'the window is full'));
    return this.#send(pdu, onLate);
  }

  /** Sends one of many segments as soon as there is a place. */
  async submitQueued(pdu: Unsequenced<SubmitSm>, onLate?: LateSubmitHearer): Promise<Answer<'submit_sm'>> {
    await this.#window.take();
    return this.#send(pdu, onLate);
  }

  /** The carrier holds the link for broken: binds anew once what is in flight has its answers. */
  async rebind(reason: string): Promise<void> {
    if (this.#state !== 'up') return;
    this.#state = 'down';
    this.#problem = reason;
    const connection = this.#connection;
    await this.#window.drained();
    await connection?.close(UNBIND_TIMEOUT_MS);
  }

  /** Takes no more messages, waits for answers (at most `drainMs`), unbinds, and stays away. */
  async close(drainMs: number): Promise<void> {
    this.#isClosing = true;
    const connection = this.#connection;
    if (connection !== undefined)
      await within(drainMs, Promise.race([this.#window.drained(), connection.closed]));
    this.#stop.abort();
    await connection?.close(UNBIND_TIMEOUT_MS);
    await this.#ended;
  }

  async #send(pdu: Unsequenced<SubmitSm>, onLate: LateSubmitHearer): Promise<Answer<'submit_sm'>> {
    const timeoutMs = this.#options.responseTimeoutMs ?? DEFAULT_RESPONSE_TIMEOUT_MS;
    const answer = await (this.#connection?.request(pdu, { timeoutMs, onLate }) ??
      noAnswer(false, this.#problem ?? 'the link is down'));
    this.#window.release();
    return answer;
  }

  async #stayBound(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      this.#state = 'connecting';
      const leaveTurn = await this.#options.turns.take(signal);
      const startedAt = this.#clock();
      const problem = await this.#bindOnce(signal, leaveTurn);
      if (signal.aborted) break;
      this.#state = 'down';
      this.#problem = problem;
      failures = this.#clock() - startedAt > STABLE_AFTER_MS ? 1 : failures + 1;
      const pauseMs = backoffMs(failures, this.#options.reconnect ?? DEFAULT_RECONNECT, this.#random);
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
    this.#state = 'closed';
    this.#problem = undefined;
  }

  /** One connection from its dialling to its end; says why it ended. */
  async #bindOnce(signal: AbortSignal, leaveTurn: () => void): Promise<string> {
    const connection = await this.#connect(signal);
    leaveTurn();
    if (typeof connection === 'string') return connection;
    this.#connection = connection;
    this.#state = 'up';
    this.#problem = undefined;
    connection.keepAlive(this.#options.enquireLink ?? DEFAULT_ENQUIRE_LINK);
    this.#options.onReady();
    const reason = await connection.closed;
    this.#connection = undefined;
    return this.#problem ?? `link lost: ${reason}`;
  }

  /** A bound connection, or why there is none. */
  async #connect(signal: AbortSignal): Promise<SmppConnection | string> {
    const timeoutMs = this.#options.bindTimeoutMs ?? DEFAULT_BIND_TIMEOUT_MS;
    let connection: SmppConnection;
    try {
      const socket = await dial(this.#options, timeoutMs, signal);
      connection = new SmppConnection(socket, { handle: this.#options.handle, clock: this.#clock });
    } catch (error) {
      return (error as Error).message;
    }
    const refusal = await this.#bind(connection, timeoutMs, signal);
    if (refusal === undefined) return connection;
    connection.abort(refusal);
    await connection.closed;
    return refusal;
  }

  async #bind(
    connection: SmppConnection,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { mode, systemId, password, systemType = '' } = this.#options;
    const { interfaceVersion = DEFAULT_VERSION, addressRange = '' } = this.#options;
    const abort = () => connection.abort('closed by us');
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const answer = await connection.request(
      {
        command: `bind_${mode}`,
        systemId,
        password,
        systemType,
        interfaceVersion,
        addrTon: 0,
        addrNpi: 0,
        addressRange,
      },
      { timeoutMs },
    );
    signal.removeEventListener('abort', abort);
    if (answer.command === 'none') return `bind failed: ${answer.reason}`;
    const isBound = answer.command !== 'generic_nack' && answer.status === STATUS.ROK;
    return isBound ? undefined : `bind refused: ${statusInWords(answer.status)}`;
  }
}
