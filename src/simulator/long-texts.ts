interface Incomplete {
  parts: (string | undefined)[];
  missing: number;
}

const MAX_INCOMPLETE = 10_000;

/** Joins the parts of long texts. Texts whose parts never come make room for newer ones. */
export class LongTexts {
  readonly #incomplete = new Map<string, Incomplete>();

  /**
   * @param key what the parts of one text have in common: sender, receiver, reference
   * @param number from 1
   * @returns the whole text with its last missing part
   */
  add(key: string, part: { total: number; number: number }, text: string): string | undefined {
    const known = this.#incomplete.get(key);
    const incomplete =
      known?.parts.length === part.total
        ? known
        : { parts: new Array<string | undefined>(part.total).fill(undefined), missing: part.total };
    if (incomplete.parts[part.number - 1] === undefined) incomplete.missing -= 1;
    incomplete.parts[part.number - 1] = text;
    this.#incomplete.delete(key);
    if (incomplete.missing === 0) return incomplete.parts.join('');
    this.#incomplete.set(key, incomplete);
    if (this.#incomplete.size > MAX_INCOMPLETE) {
      const [oldest] = this.#incomplete.keys();
      this.#incomplete.delete(oldest!);
    }
    return undefined;
  }
}
