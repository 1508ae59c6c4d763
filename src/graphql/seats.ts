/** How many of something each name may have at a time. Counted in this process alone. */
export interface Seats {
  /** @returns how to give it back, which may be called more than once; undefined when all are taken */
  take(name: string): (() => void) | undefined;
}

export function createSeats(max: number): Seats {
  const taken = new Map<string, number>();
  return {
    take(name) {
      const before = taken.get(name) ?? 0;
      if (before >= max) return undefined;
      taken.set(name, before + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        const left = taken.get(name)! - 1;
        if (left > 0) taken.set(name, left);
        else taken.delete(name);
      };
    },
  };
}
