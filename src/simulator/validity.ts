import { readReceiptDate } from '../carriers/smpp/receipt-date.ts';

/**
 * When a `validity_period` ends (SMPP v3.4 §7.1.1: 16 characters, absolute with a zone or relative).
 * @returns epoch milliseconds; `undefined` for an empty one, `'invalid'` for one that is no time
 */
export function validUntil(validityPeriod: string, now: number): number | undefined | 'invalid' {
  if (validityPeriod === '') return undefined;
  const relative = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)000R$/.exec(validityPeriod);
  if (relative) {
    const [years, months, days, hours, minutes, seconds] = relative.slice(1).map(Number);
    const end = new Date(now);
    end.setUTCFullYear(end.getUTCFullYear() + years!, end.getUTCMonth() + months!, end.getUTCDate() + days!);
    return end.getTime() + ((hours! * 60 + minutes!) * 60 + seconds!) * 1_000;
  }
  return /^\d{15}[+-]$/.test(validityPeriod)
    ? (readReceiptDate(validityPeriod)?.getTime() ?? 'invalid')
    : 'invalid';
}
