/**
 * The port from those who write to those who watch. It carries hints: a message may be lost, never
 * the state behind it, so every reader can catch up from the database.
 */
export interface Bus {
  /** Fire and forget: never throws, never waits, keeps a bounded amount while the broker is away. */
  publish(messages: readonly BusMessage[]): void;
  /**
   * Listens on a channel. Once the promise resolves, every message published from then on arrives,
   * or `onResync` is called.
   */
  subscribe(channel: string, listener: BusListener): Promise<Unsubscribe>;
  /** Whether the broker answers, for `/ready`. */
  ready(): Promise<boolean>;
  /** Why it does not, as far as it is known. */
  problem?(): string | undefined;
  /** Of the broker, where it has one. */
  version?(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface BusMessage {
  channel: string;
  payload: string;
}

export interface BusListener {
  onMessage(payload: string): void;
  /** Messages may have been lost: catch up from the database. */
  onResync(): void;
}

export type Unsubscribe = () => void;
