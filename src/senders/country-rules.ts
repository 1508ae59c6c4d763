/**
 * - `alphanumeric`: a name of 1–11 characters
 * - `longCode`: a full number
 * - `tollFree`: a full number of a free-call range
 * - `shortCode`: 3–8 digits, of one country
 */
export type SenderKind = 'alphanumeric' | 'longCode' | 'tollFree' | 'shortCode';

/** A register that senders are entered into before they are used. */
export interface Register {
  /** Stable: a registration names its register by it. */
  code: string;
  /** As people call it. */
  name: string;
  /** Without it, is a message blocked, or only treated worse? */
  unregistered: 'blocked' | 'degraded';
  /** ISO 8601 day from which it counts; absent when it does already. */
  from?: string;
}

/** What one country's networks take as a sender. */
export interface CountryRule {
  /** When somebody last looked, as an ISO 8601 day: such rules change, and sources disagree. */
  asOf: string;
  /** What the row supposes, or leaves out. */
  note?: string;
  /** The kinds that arrive, each with the register it must be in (null = none). */
  kinds: Partial<Record<SenderKind, Register | null>>;
  /** Names of letters and digits alone, not of digits alone, and none that says nothing. */
  plainNames?: boolean;
  /** What the country's short codes look like, `x` being any digit, e.g. `36xxx`; absent = any. */
  shortCodes?: readonly string[];
}

/** By ISO 3166-1 alpha-2; a country without a row takes every sender. */
export type SenderRules = Readonly<Record<string, CountryRule>>;

const AS_OF = '2026-11-23';

const blocked = (code: string, name: string, from?: string): Register => ({
  code,
  name,
  unregistered: 'blocked',
  ...(from !== undefined && { from }),
});
const degraded = (code: string, name: string, from?: string): Register => ({
  ...blocked(code, name, from),
  unregistered: 'degraded',
});

const DLT = blocked('dlt', 'DLT (entity, header and template)');
const AE_OPERATORS = blocked('ae_operators', "each operator's own");
const SHORT_CODE_LEASE = blocked('short_code', 'short code');
const TOLL_FREE = blocked('toll_free', 'toll-free');

/** Data, not law: check a row's `asOf` before you rely on it. */
export const SENDER_RULES: SenderRules = {
  HR: {
    asOf: AS_OF,
    note: 'A1 may overwrite a name. One source asks for a whitelist.',
    kinds: { alphanumeric: null, longCode: null, shortCode: null },
  },
  DE: {
    asOf: AS_OF,
    note: 'Short codes are unreliable there: they count as not taken, so that a message goes another way.',
    kinds: { alphanumeric: null, longCode: null, tollFree: null },
  },
  FR: {
    asOf: AS_OF,
    note: 'Since March 2026.',
    kinds: { alphanumeric: null, longCode: null, shortCode: null },
    plainNames: true,
    shortCodes: ['36xxx', '38xxx'],
  },
  GB: {
    asOf: AS_OF,
    note: 'Registration is recommended, not required.',
    kinds: { alphanumeric: degraded('gb_registry', 'sender ID'), longCode: null, shortCode: null },
  },
  US: {
    asOf: AS_OF,
    kinds: { longCode: blocked('10dlc', '10DLC'), tollFree: TOLL_FREE, shortCode: SHORT_CODE_LEASE },
  },
  CA: { asOf: AS_OF, kinds: { tollFree: TOLL_FREE, shortCode: SHORT_CODE_LEASE } },
  IN: { asOf: AS_OF, kinds: { alphanumeric: DLT, longCode: DLT, shortCode: DLT } },
  BR: { asOf: AS_OF, kinds: { shortCode: SHORT_CODE_LEASE } },
  AE: {
    asOf: AS_OF,
    note: 'Known: pre-registration with each operator. Supposed: that it is asked of every kind of sender.',
    kinds: {
      alphanumeric: AE_OPERATORS,
      longCode: AE_OPERATORS,
      tollFree: AE_OPERATORS,
      shortCode: AE_OPERATORS,
    },
  },
  SG: {
    asOf: AS_OF,
    note: 'Known: what is not registered is blocked. Supposed: that only names are; a number is not refused.',
    kinds: { alphanumeric: blocked('ssir', 'SSIR'), longCode: null, tollFree: null, shortCode: null },
  },
  AU: {
    asOf: AS_OF,
    note: 'An unregistered name is shown as "Unverified".',
    kinds: {
      alphanumeric: degraded('au_register', 'SMS sender ID', '2026-07-01'),
      longCode: null,
      shortCode: null,
    },
  },
  JP: {
    asOf: AS_OF,
    note: 'It depends on the operator.',
    kinds: { alphanumeric: null, longCode: null, shortCode: null },
  },
  ES: {
    asOf: AS_OF,
    note:
      'Known: a register of names since September 2026. Supposed, to be safe: that an unregistered name is ' +
      'blocked; a number is not refused.',
    kinds: {
      alphanumeric: blocked('es_alias', 'alias', '2026-09-01'),
      longCode: null,
      tollFree: null,
      shortCode: null,
    },
  },
};
