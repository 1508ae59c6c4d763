/** How well the messages of an account flow off, as far as its batches can see. */
export interface Flow {
  /** Messages that waited for their carrier when it was looked last, with those that were started since. */
  waiting: number;
  /** When that was, epoch milliseconds. */
  at: number;
  /** How many a second flowed off, lately. */
  perSecond: number;
}

// What is started waits this long for its carrier, and so does whoever starts a single verification behind it. It is
// far below the lifetime of any code.
const LOOKAHEAD_S = 1;
// To see how fast it goes, and never to stand still: at one message a second the last of these waits 20 s.
const LEAST = 20;
const MOST = 2_000;
// Half of what was known fades in each look without proof of more.
const FADE = 0.5;

export const STILL: Flow = { waiting: 0, at: -Infinity, perSecond: 0 };

/**
 * Decides how many verifications of batches may be started now: as many messages wait as flow off in a second, by
 * what was seen, and never more than carriers allow. So the queue stays short whichever carrier is slow, and what is
 * started by itself has to wait for a second at most.
 * @param waiting messages of the account that wait for their carrier
 * @param allowedPerSecond what its carriers take together by their contracts; Infinity: they do not say; 0: none is up
 */
export function decideRoom(
  flow: Flow,
  { waiting, now, allowedPerSecond }: { waiting: number; now: number; allowedPerSecond: number },
): { room: number; flow: Flow } {
  const seconds = (now - flow.at) / 1_000;
  const flowed = Math.max(0, flow.waiting - waiting);
  const seen = seconds > 0 && seconds < Infinity ? flowed / seconds : 0;
  // Where nothing waited, nothing could flow off: that is no sign of slowness.
  const known = flow.waiting === 0 ? flow.perSecond : Math.max(seen, flow.perSecond * FADE);
  const perSecond = Math.min(known, MOST / LOOKAHEAD_S);
  const wanted = Math.min(Math.max(LEAST, perSecond * LOOKAHEAD_S), allowedPerSecond * LOOKAHEAD_S);
  const room = Math.max(0, Math.ceil(wanted) - waiting);
  return { room, flow: { waiting, at: now, perSecond } };
}
