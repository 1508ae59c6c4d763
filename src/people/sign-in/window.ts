/** In which wrong passwords add up, from the first of them on. */
export const WINDOW_MS = 15 * 60_000;
