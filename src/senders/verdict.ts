import type { CountryRule, Register, SenderKind, SenderRules } from './country-rules.ts';

/** That a sender is entered in a register. */
export interface Registration {
  /** ISO 3166-1 alpha-2. */
  country: string;
  sender: string;
  /** The `code` of the register. */
  register: string;
  /** Epoch milliseconds; null = without end. */
  validUntil: number | null;
}

/**
 * Why a sender cannot be used. Each is lasting: waiting does not end it, only somebody who registers the
 * sender, names another one, or changes a rule.
 */
export interface SenderProblem {
  code: SenderProblemCode;
  /** The `code` of the register, when it is one that is missing. */
  register?: string;
  /** In words, as the end of "sender Otpost: …". */
  reason: string;
}

export type SenderProblemCode =
  | 'sender/malformed'
  | 'sender/kind_not_allowed'
  | 'sender/name_not_allowed'
  | 'sender/registration_missing'
  | 'sender/registration_expired'
  /** The account's own row says so. */
  | 'sender/not_usable'
  | 'sender/pool_empty';

export type SenderVerdict =
  /** `advice`: it goes out, but something would make it go better. */
  { ok: true; advice?: string } | ({ ok: false } & SenderProblem);

// 800 and its successors of the North American plan.
const TOLL_FREE = /^\+18(?:00|33|44|55|66|77|88)\d{7}$/;
// Names that a reader learns nothing from.
const GENERIC = new Set([
  'info',
  'infos',
  'sms',
  'message',
  'code',
  'otp',
  'alert',
  'alerte',
  'verify',
  'test',
]);

/** What a sender is; `undefined` when it can be none. */
export function senderKind(sender: string): SenderKind | undefined {
  if (TOLL_FREE.test(sender)) return 'tollFree';
  if (/^\+[1-9]\d{6,14}$/.test(sender)) return 'longCode';
  if (/^\d{3,8}$/.test(sender)) return 'shortCode';
  return /^[\x20-\x7e]{1,11}$/.test(sender) && sender.trim() !== '' && !sender.startsWith('+')
    ? 'alphanumeric'
    : undefined;
}

/**
 * Whether a country's networks take a sender, and if not, what is missing.
 * @param now epoch milliseconds: registers open and registrations end
 */
export function checkSender(
  rules: SenderRules,
  country: string,
  sender: string,
  registrations: readonly Registration[],
  now: number,
): SenderVerdict {
  const kind = senderKind(sender);
  if (kind === undefined)
    return { ok: false, code: 'sender/malformed', reason: 'neither a name, nor a number, nor a short code' };
  const rule = Object.hasOwn(rules, country) ? rules[country] : undefined;
  if (!rule) return { ok: true };
  const register = rule.kinds[kind];
  if (register === undefined) {
    const taken = (Object.keys(rule.kinds) as SenderKind[]).map((one) => KIND_NAMES[one]).join(', ');
    return {
      ok: false,
      code: 'sender/kind_not_allowed',
      reason: `${country} takes no ${KIND_NAMES[kind]} as a sender (it takes: ${taken || 'none'})`,
    };
  }
  const problem = problemOfName(rule, kind, sender, country);
  if (problem !== undefined) return { ok: false, code: 'sender/name_not_allowed', reason: problem };
  if (register === null || (register.from !== undefined && now < Date.parse(register.from)))
    return { ok: true };
  return checkRegister(register, country, sender, registrations, now);
}

function checkRegister(
  register: Register,
  country: string,
  sender: string,
  registrations: readonly Registration[],
  now: number,
): SenderVerdict {
  const own = registrations.filter(
    (one) => one.country === country && one.sender === sender && one.register === register.code,
  );
  if (own.some(({ validUntil }) => validUntil === null || now < validUntil)) return { ok: true };
  const ended = own.length > 0;
  if (register.unregistered === 'degraded')
    return { ok: true, advice: `${ended ? 'renew' : 'add'} the ${register.name} registration in ${country}` };
  return {
    ok: false,
    code: ended ? 'sender/registration_expired' : 'sender/registration_missing',
    register: register.code,
    reason: ended
      ? `its ${register.name} registration in ${country} has ended`
      : `needs ${register.name} registration in ${country}`,
  };
}

const KIND_NAMES: Record<SenderKind, string> = {
  alphanumeric: 'name',
  longCode: 'long code',
  tollFree: 'toll-free number',
  shortCode: 'short code',
};

function problemOfName(
  rule: CountryRule,
  kind: SenderKind,
  sender: string,
  country: string,
): string | undefined {
  if (kind === 'shortCode' && rule.shortCodes !== undefined)
    return rule.shortCodes.some((form) => hasForm(sender, form))
      ? undefined
      : `${country} has no such short code, and takes no name of digits alone`;
  if (kind !== 'alphanumeric' || !rule.plainNames) return undefined;
  if (!/^[A-Za-z0-9]+$/.test(sender)) return `${country} takes names of A–Z, a–z and 0–9 only`;
  if (/^\d+$/.test(sender)) return `${country} takes no name of digits alone`;
  return GENERIC.has(sender.toLowerCase()) ? `${country} takes no generic name` : undefined;
}

/** @param form digits, with `x` for any of them */
function hasForm(digits: string, form: string): boolean {
  return digits.length === form.length && [...form].every((one, i) => one === 'x' || one === digits[i]);
}
