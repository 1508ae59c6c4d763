/** What happens at a known time. */
export interface Agenda<Event extends { at: number }> {
  add(event: Event): void;
  /** The earliest, when it is not later than `until`; taken out. */
  next(until: number): Event | undefined;
}

/** A binary heap by time; what was added first comes first between equals. */
export function createAgenda<Event extends { at: number }>(): Agenda<Event> {
  const heap: { event: Event; n: number }[] = [];
  let count = 0;
  const before = (a: number, b: number) => heap[a]!.event.at - heap[b]!.event.at || heap[a]!.n - heap[b]!.n;
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b]!, heap[a]!]);
  return {
    add(event) {
      heap.push({ event, n: count++ });
      for (let i = heap.length - 1, up; i > 0 && before(i, (up = (i - 1) >> 1)) < 0; i = up) swap(i, up);
    },
    next(until) {
      if (heap.length === 0 || heap[0]!.event.at > until) return undefined;
      const { event } = heap[0]!;
      const last = heap.pop()!;
      if (heap.length > 0) {
        heap[0] = last;
        for (let i = 0; ;) {
          let least = i;
          for (const child of [2 * i + 1, 2 * i + 2])
            if (child < heap.length && before(child, least) < 0) least = child;
          if (least === i) break;
          swap(i, least);
          i = least;
        }
      }
      return event;
    },
  };
}
