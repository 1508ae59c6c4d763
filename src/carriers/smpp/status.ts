import type { Retry } from '../carrier.ts';

/** command_status values by their names in SMPP v3.4 §5.1.3, without the prefix `ESME_`. */
export const STATUS = {
  ROK: 0x00,
  RINVMSGLEN: 0x01,
  RINVCMDLEN: 0x02,
  RINVCMDID: 0x03,
  RINVBNDSTS: 0x04,
  RALYBND: 0x05,
  RINVPRTFLG: 0x06,
  RINVREGDLVFLG: 0x07,
  RSYSERR: 0x08,
  RINVSRCADR: 0x0a,
  RINVDSTADR: 0x0b,
  RINVMSGID: 0x0c,
  RBINDFAIL: 0x0d,
  RINVPASWD: 0x0e,
  RINVSYSID: 0x0f,
  RCANCELFAIL: 0x11,
  RREPLACEFAIL: 0x13,
  RMSGQFUL: 0x14,
  RINVSERTYP: 0x15,
  RINVNUMDESTS: 0x33,
  RINVDLNAME: 0x34,
  RINVDESTFLAG: 0x40,
  RINVSUBREP: 0x42,
  RINVESMCLASS: 0x43,
  RCNTSUBDL: 0x44,
  RSUBMITFAIL: 0x45,
  RINVSRCTON: 0x48,
  RINVSRCNPI: 0x49,
  RINVDSTTON: 0x50,
  RINVDSTNPI: 0x51,
  RINVSYSTYP: 0x53,
  RINVREPFLAG: 0x54,
  RINVNUMMSGS: 0x55,
  RTHROTTLED: 0x58,
  RINVSCHED: 0x61,
  RINVEXPIRY: 0x62,
  RINVDFTMSGID: 0x63,
  RX_T_APPN: 0x64,
  RX_P_APPN: 0x65,
  RX_R_APPN: 0x66,
  RQUERYFAIL: 0x67,
  RINVOPTPARSTREAM: 0xc0,
  ROPTPARNOTALLWD: 0xc1,
  RINVPARLEN: 0xc2,
  RMISSINGOPTPARAM: 0xc3,
  RINVOPTPARAMVAL: 0xc4,
  RDELIVERYFAILURE: 0xfe,
  RUNKNOWNERR: 0xff,
} as const;

/** What a refusal is about, and so what to do next. */
export type StatusClass =
  'ok' | 'throttle' | 'temporary' | 'ambiguous' | 'linkFault' | 'sender' | 'permanent';

/** Those that refuse the message and nothing else. */
type Refusal = Exclude<StatusClass, 'ok' | 'throttle' | 'linkFault'>;

/** A carrier's own meaning of some of its status codes. */
export type StatusOverrides = Readonly<Record<number, StatusClass>>;

const MESSAGES: Readonly<Record<number, string>> = {
  0x00: 'no error',
  0x01: 'invalid message length',
  0x02: 'invalid command length',
  0x03: 'invalid command id',
  0x04: 'wrong bind state for this command',
  0x05: 'already bound',
  0x06: 'invalid priority flag',
  0x07: 'invalid registered delivery flag',
  0x08: 'system error',
  0x0a: 'invalid source address',
  0x0b: 'invalid destination address',
  0x0c: 'invalid message id',
  0x0d: 'bind failed',
  0x0e: 'invalid password',
  0x0f: 'invalid system id',
  0x11: 'cancel failed',
  0x13: 'replace failed',
  0x14: 'message queue full',
  0x15: 'invalid service type',
  0x33: 'invalid number of destinations',
  0x34: 'invalid distribution list name',
  0x40: 'invalid destination flag',
  0x42: 'invalid submit with replace',
  0x43: 'invalid esm_class',
  0x44: 'cannot submit to distribution list',
  0x45: 'submit failed',
  0x48: 'invalid source address type of number',
  0x49: 'invalid source address numbering plan',
  0x50: 'invalid destination address type of number',
  0x51: 'invalid destination address numbering plan',
  0x53: 'invalid system type',
  0x54: 'invalid replace flag',
  0x55: 'invalid number of messages',
  0x58: 'throttled: too many messages',
  0x61: 'invalid scheduled delivery time',
  0x62: 'invalid validity period',
  0x63: 'predefined message not found',
  0x64: 'temporary error of the receiving application',
  0x65: 'permanent error of the receiving application',
  0x66: 'rejected by the receiving application',
  0x67: 'query failed',
  0xc0: 'error in the optional part of the PDU',
  0xc1: 'optional parameter not allowed',
  0xc2: 'invalid parameter length',
  0xc3: 'expected optional parameter missing',
  0xc4: 'invalid optional parameter value',
  0xfe: 'delivery failure',
  0xff: 'unknown error',
};

const CLASSES: Readonly<Record<number, StatusClass>> = {
  0x00: 'ok',
  0x58: 'throttle',
  0x14: 'throttle',
  0x08: 'temporary',
  0x64: 'temporary',
  0x45: 'ambiguous',
  0xfe: 'ambiguous',
  0xff: 'ambiguous',
  0x04: 'linkFault',
  0x05: 'linkFault',
  0x0d: 'linkFault',
  0x0e: 'linkFault',
  0x0f: 'linkFault',
  0x53: 'linkFault',
  0x0a: 'sender',
  0x48: 'sender',
  0x49: 'sender',
};

const PERMANENT: readonly (readonly [from: number, to: number])[] = [
  [0x01, 0x01],
  [0x0b, 0x0b],
  [0x33, 0x34],
  [0x40, 0x44],
  [0x50, 0x51],
  [0x62, 0x63],
  [0x65, 0x66],
  [0xc0, 0xc4],
];

/** The code in hexadecimal as SMPP people write it: `0x0000000b`. */
export function statusCode(status: number): string {
  return `0x${status.toString(16).padStart(8, '0')}`;
}

/** The code in words; codes from 0x400 on belong to the vendor of the SMSC (§5.1.3). */
export function statusMessage(status: number): string {
  return (
    MESSAGES[status] ?? (status >= 0x400 && status <= 0x4ff ? 'vendor specific error' : 'undocumented error')
  );
}

/** e.g. `invalid password (0x0e)` */
export function statusInWords(status: number): string {
  return `${statusMessage(status)} (0x${status.toString(16).padStart(2, '0')})`;
}

/** What a status is about; codes nobody has documented are ambiguous: worth one try elsewhere. */
export function classify(status: number, overrides?: StatusOverrides): StatusClass {
  const known = overrides?.[status] ?? CLASSES[status];
  if (known !== undefined) return known;
  return PERMANENT.some(([from, to]) => status >= from && status <= to) ? 'permanent' : 'ambiguous';
}

/** These are about the number itself. How a number, a text or a TLV is written to it is each carrier's own affair. */
const OF_DESTINATION: readonly number[] = [STATUS.RINVDSTADR, STATUS.RINVNUMDESTS, STATUS.RINVDLNAME];

/**
 * What a refused message may still try.
 * @param overrides of the carrier: what it calls permanent is so everywhere
 */
export function retryOf(status: number, refused: Refusal, overrides?: StatusOverrides): Retry {
  switch (refused) {
    case 'temporary':
      return 'later';
    case 'ambiguous':
      return 'once';
    case 'sender':
      return 'elsewhere';
    // Another route cannot make a bad destination good; it may well take what this one finds too long, or barred.
    case 'permanent':
      return OF_DESTINATION.includes(status) || overrides?.[status] === 'permanent' ? 'never' : 'elsewhere';
    default:
      throw new Error(`unhandled status class: ${refused satisfies never}`);
  }
}
