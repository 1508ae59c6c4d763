export interface KeepAliveOptions {
  /** How long a peer may be silent before it is asked for a sign of life. */
  intervalMs: number;
  /** How many questions in a row may pass without any. */
  missLimit: number;
}

export interface Peer {
  clock(): number;
  heardAt(): number;
  ask(timeoutMs: number): void;
  giveUp(reason: string): void;
}

/**
 * Asks a silent peer whether it lives (enquire_link, SMPP v3.4 §4.11) and gives it up when it does not
 * say so. Everything that arrives is a sign of life.
 * @returns what stops it
 */
export function keepAlive(peer: Peer, { intervalMs, missLimit }: KeepAliveOptions): () => void {
  let misses = 0;
  let lookedAt = peer.clock();
  const timer = setInterval(() => {
    if (peer.heardAt() >= lookedAt) misses = 0;
    else if (misses === missLimit) peer.giveUp(`the peer left ${misses} enquire_links unanswered`);
    else {
      misses += 1;
      peer.ask(intervalMs);
    }
    lookedAt = peer.clock();
  }, intervalMs);
  return () => clearInterval(timer);
}
