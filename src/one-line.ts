/** Whether a text is one line that every database and page can take: no control characters, no half of a character. */
export function isOneLine(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}
