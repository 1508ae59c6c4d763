/**
 * Reads `Retry-After` (RFC 9110 §10.2.3: seconds or a date); `undefined` when it says nothing of use.
 * @param longestMs what a header may ask for at most: no typing error is to stop us for longer
 */
export function retryAfterMs(header: string | undefined, now: number, longestMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Math.min(longestMs, Number(text) * 1_000);
  // Only the form that is still written: other dates are read differently everywhere.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.min(longestMs, Math.max(0, at - now));
}
