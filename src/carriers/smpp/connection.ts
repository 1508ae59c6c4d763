import type { Socket } from 'node:net';
import { decodePdu, PduError } from './codec.ts';
import { FrameReader, MAX_PDU_OCTETS } from './frames.ts';
import { LAYOUTS } from './layouts.ts';
import { keepAlive, type KeepAliveOptions } from './keep-alive.ts';
import { Outbox } from './outbox.ts';
import { failureOf, handled, type PeerAnswer, type PeerRequest } from './peer.ts';
import { answerTo, type Notice, type Pdu, type RequestCommand, type PduOf, type Unsequenced } from './pdu.ts';
import { noAnswer, PendingRequests, type Answer, type RequestOptions } from './pending.ts';
import { STATUS } from './status.ts';

export interface ConnectionOptions {
  /** Answers a request of the peer; when it fails, the peer is told of a system error (0x08). */
  handle(request: PeerRequest, connection: SmppConnection): PeerAnswer | Promise<PeerAnswer>;
  /** Longer PDUs of the peer end the connection. Default 65,536. */
  maxPduOctets?: number;
  /** How many octets may wait for a peer that does not read, before requests are refused. Default 1 MiB. */
  maxBufferedOctets?: number;
  /** How many requests of the peer may wait for their answers before we stop reading. Default 1,000. */
  maxBacklog?: number;
  /** Milliseconds that never go back; default `performance.now`. */
  clock?: () => number;
}

// How long a peer that we leave may take to read our last words.
const LINGER_MS = 1_000;

/**
 * One SMPP connection over a connected socket, the same for both ends (once bound, SMPP v3.4 is
 * symmetrical). It never throws and never hangs: whatever the peer does ends in an answer, in a
 * generic_nack or in `closed`, and every request ends in an {@link Answer}.
 */
export class SmppConnection {
  /** Settles when the socket is gone and every request has its answer; says why, in words. */
  readonly closed: Promise<string>;
  readonly #socket: Socket;
  readonly #handler: ConnectionOptions['handle'];
  readonly #clock: () => number;
  readonly #maxBuffered: number;
  readonly #maxBacklog: number;
  readonly #frames: FrameReader;
  readonly #outbox: Outbox;
  readonly #pending: PendingRequests;
  #state: 'open' | 'leaving' | 'closed' = 'open';
  #reason: string | undefined;
  #backlog = 0;
  #paused = false;
  #heardAt: number;
  #stopKeepAlive: () => void = () => {};
  #lingerTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#handler = options.handle;
    this.#clock = options.clock ?? (() => performance.now());
    this.#maxBuffered = options.maxBufferedOctets ?? 1_048_576;
    this.#maxBacklog = options.maxBacklog ?? 1_000;
    this.#frames = new FrameReader(options.maxPduOctets ?? MAX_PDU_OCTETS);
    this.#outbox = new Outbox(socket, () => this.#resume());
    this.#pending = new PendingRequests(this.#clock, this.#outbox);
    this.#heardAt = this.#clock();
    this.closed = new Promise((resolve) => {
      if (socket.closed) resolve(this.#finish());
      else socket.once('close', () => resolve(this.#finish()));
    });
    socket.setNoDelay(true);
    socket.on('error', (error) => (this.#reason ??= error.message));
    socket.on('end', () => (this.#reason ??= 'the peer closed the connection'));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Requests that wait for their answers. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Sends a request. Never rejects; what is sent in one turn of the event loop leaves in one write. */
  request<C extends RequestCommand>(
    pdu: { command: C } & Unsequenced<PduOf<C>>,
    options: RequestOptions<C>,
  ): Promise<Answer<C>> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.resolve(noAnswer(false, refusal));
    const sequence = this.#pending.nextSequence();
    try {
      this.#outbox.add(pdu, sequence);
    } catch (error) {
      return Promise.resolve(noAnswer(false, (error as RangeError).message));
    }
    return this.#pending.add(sequence, pdu.command, options);
  }

  /** Sends a PDU that has no answer; `false` when it could not be taken. */
  notify(pdu: Unsequenced<Notice>): boolean {
    if (this.#refusal() !== undefined) return false;
    this.#outbox.add(pdu, this.#pending.nextSequence());
    return true;
  }

  /** From now on ends the connection when the peer is silent and stays so when asked. */
  keepAlive(options: KeepAliveOptions): void {
    this.#stopKeepAlive();
    if (this.#state !== 'open') return;
    const peer = {
      clock: this.#clock,
      // While our own backlog keeps us from reading, silence says nothing about the peer.
      heardAt: () => (this.#backlog >= this.#maxBacklog ? Infinity : this.#heardAt),
      ask: (timeoutMs: number) => void this.request({ command: 'enquire_link' }, { timeoutMs }),
      giveUp: (reason: string) => this.abort(reason),
    };
    this.#stopKeepAlive = keepAlive(peer, options);
  }

  /** Unbinds, waits for the answer and then for the socket to end, at most `timeoutMs` for each. */
  async close(timeoutMs: number): Promise<void> {
    await this.request({ command: 'unbind' }, { timeoutMs });
    this.#leave('closed by us', timeoutMs);
    await this.closed;
  }

  /** Ends the connection at once. */
  abort(reason: string): void {
    this.#reason ??= reason;
    if (this.#state === 'open') this.#state = 'leaving';
    this.#socket.destroy();
  }

  #refusal(): string | undefined {
    if (this.#state !== 'open') return this.#reason ?? 'the connection is closing';
    if (this.#outbox.waiting >= this.#maxBuffered)
      return 'the peer does not read: the outgoing buffer is full';
    if (this.#pending.isFull) return 'too many requests wait for their answers';
    return undefined;
  }

  #receive(chunk: Buffer): void {
    if (this.#state !== 'open') return;
    this.#heardAt = this.#clock();
    this.#frames.push(chunk);
    this.#readFrames();
  }

  #readFrames(): void {
    try {
      while (this.#state === 'open') {
        if (this.#isOverloaded()) {
          this.#paused = true;
          this.#socket.pause();
          return;
        }
        const frame = this.#frames.next();
        if (frame === undefined) return;
        this.#readFrame(frame);
      }
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
      this.#nack(error.commandStatus, 0);
      this.#leave(`the peer does not speak SMPP: ${error.message}`, LINGER_MS);
    }
  }

  #isOverloaded(): boolean {
    return this.#backlog >= this.#maxBacklog || this.#outbox.waiting >= this.#maxBuffered;
  }

  #resume(): void {
    if (!this.#paused || this.#isOverloaded()) return;
    this.#paused = false;
    this.#readFrames();
    if (!this.#paused && this.#state === 'open') this.#socket.resume();
  }

  #readFrame(frame: Buffer): void {
    let pdu: Pdu;
    try {
      pdu = decodePdu(frame);
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
      return this.#refuseFrame(error);
    }
    if ('status' in pdu) this.#pending.settle(pdu);
    else if (pdu.command === 'enquire_link') this.#outbox.add(answerTo(pdu, STATUS.ROK), pdu.sequence);
    else if (pdu.command === 'unbind') {
      this.#outbox.add(answerTo(pdu, STATUS.ROK), pdu.sequence);
      this.#leave('the peer unbound', LINGER_MS);
    } else this.#handle(pdu);
  }

  #refuseFrame(error: PduError): void {
    if (!error.isResponse) return this.#nack(error.commandStatus, error.sequence);
    this.#pending.fail(error.sequence, `the peer's answer was malformed: ${error.message}`);
    // Its sequence number is ours: in a nack the peer would take it for one of its own (§4.3.1 says 0).
    // A nack is never answered, or two peers could nack each other for ever.
    if (error.commandId !== LAYOUTS.generic_nack.id) this.#nack(error.commandStatus, 0);
  }

  #handle(request: PeerRequest): void {
    const answer = handled(request, () => this.#handler(request, this));
    if (!(answer instanceof Promise)) return this.#reply(request, answer);
    this.#backlog += 1;
    void answer
      .catch(() => failureOf(request))
      .then((later) => {
        this.#backlog -= 1;
        this.#reply(request, later);
        this.#resume();
      });
  }

  #reply(request: PeerRequest, answer: PeerAnswer): void {
    if (answer === undefined || this.#state !== 'open') return;
    try {
      this.#outbox.add(answer, request.sequence);
    } catch {
      // The handler's answer does not fit its PDU; to the peer that is a failure like any other.
      const failure = failureOf(request);
      if (failure !== undefined) this.#outbox.add(failure, request.sequence);
    }
  }

  #nack(status: number, sequence: number): void {
    this.#outbox.add({ command: 'generic_nack', status }, sequence);
  }

  #leave(reason: string, lingerMs: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#reason ??= reason;
    this.#outbox.flush();
    this.#socket.destroySoon();
    this.#lingerTimer = setTimeout(() => this.#socket.destroy(), lingerMs);
  }

  #finish(): string {
    this.#state = 'closed';
    this.#stopKeepAlive();
    clearTimeout(this.#lingerTimer);
    const reason = (this.#reason ??= 'the connection was closed');
    this.#pending.failAll(reason);
    return reason;
  }
}
