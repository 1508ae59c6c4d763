const MOST_SECONDS = 30 * 86_400;

/**
 * A relative validity_period (SMPP v3.4 §7.1.1.1), `YYMMDDhhmmss000R`, of whole seconds rounded down; at
 * least 1, because 0 asks for the carrier's default of days, and at most 30 days, past which months differ.
 */
export function relativeValidity(ms: number): string {
  const total = Math.min(MOST_SECONDS, Math.max(1, Math.floor(ms / 1_000)));
  const parts = [
    Math.floor(total / 86_400),
    Math.floor(total / 3_600) % 24,
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  return `0000${parts.map((part) => String(part).padStart(2, '0')).join('')}000R`;
}
