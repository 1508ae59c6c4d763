const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads `30s`, `10m`, `24h`, `7d`, or a plain number of seconds. @returns seconds; `undefined` for anything else */
export function readDuration(text: string): number | undefined {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * SECONDS[unit || 's']!;
}
