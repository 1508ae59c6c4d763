/** What a text can still have of a phone number once the codes are out of it: in one piece. */
const NUMBER = /\+?\p{Nd}{7,}/gu;
const SHOWN = 2;

/** Masks the phone numbers in a text, for those who see none in full: all but the last two digits. */
export function maskNumbers(text: string): string {
  return text.replace(NUMBER, (number) => {
    const digits = [...number];
    return '•'.repeat(digits.length - SHOWN) + digits.slice(-SHOWN).join('');
  });
}
