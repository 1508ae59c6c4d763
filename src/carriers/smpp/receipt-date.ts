/**
 * Reads a date of a receipt: `YYMMDDhhmm`, with or without seconds, with a two- or four-digit year, with
 * hundredths, or the 16 characters of an absolute SMPP time (v3.4 §7.1.1). Without a zone it is taken as UTC.
 * @returns `undefined` for anything that is no date
 */
export function readReceiptDate(text: string): Date | undefined {
  const zoned = /^(\d{12})\d(\d\d)([+-])$/.exec(text);
  if (zoned) {
    const local = toDate(`20${zoned[1]!}`);
    const quarters = Number(zoned[2]) * (zoned[3] === '+' ? 1 : -1);
    return local && new Date(local.getTime() - quarters * 15 * 60_000);
  }
  if (!/^\d+$/.test(text)) return undefined;
  switch (text.length) {
    case 10:
      return toDate(`20${text}00`);
    case 12:
      // YYMMDDhhmmss or YYYYMMDDhhmm: read the first way, 2013 and later has a month past 12.
      return toDate(`20${text}`) ?? toDate(`${text}00`);
    case 14:
    case 16:
      return toDate(text.slice(0, 14));
    default:
      return undefined;
  }
}

/** `YYMMDDhhmm` in UTC. */
export function writeReceiptDate(date: Date): string {
  return date.toISOString().replace(/\D/g, '').slice(2, 12);
}

function toDate(digits: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const exact = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return exact && minute < 60 && second < 60 ? date : undefined;
}
