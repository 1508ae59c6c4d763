/** How the time until which a message is of use is written; `none`: the carrier's own default of days. */
export const VALIDITY_FORMATS = ['relative', 'absolute', 'none'] as const;
export type ValidityFormat = (typeof VALIDITY_FORMATS)[number];

const MOST_MS = 30 * 86_400_000;

/**
 * The validity_period (SMPP v3.4 §7.1.1) of a message that is of use until `expiresAt`: whole seconds, at
 * least 1, because 0 asks for the carrier's default of days, and at most 30 days. Epoch milliseconds.
 */
export function validityPeriod(expiresAt: number, now: number, format: ValidityFormat): string {
  const ms = Math.min(MOST_MS, Math.max(1_000, expiresAt - now));
  switch (format) {
    case 'relative':
      return relative(Math.floor(ms / 1_000));
    case 'absolute':
      return absolute(now + ms);
    case 'none':
      return '';
    default:
      throw new Error(`unhandled format: ${format satisfies never}`);
  }
}

/** `YYMMDDhhmmss000R` (§7.1.1.1). Days are the longest unit: months differ. */
function relative(seconds: number): string {
  const parts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  return `0000${parts.map((part) => String(part).padStart(2, '0')).join('')}000R`;
}

/** `YYMMDDhhmmss000+` in UTC (§7.1.1). */
function absolute(at: number): string {
  const digits = new Date(at).toISOString().replace(/\D/g, '');
  return `${digits.slice(2, 14)}000+`;
}
