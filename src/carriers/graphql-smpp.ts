import { builder } from '../graphql/builder.ts';

const Version = builder.enumType('SmppVersion', {
  description: 'What the bind says we speak.',
  values: {
    V3_3: { value: '3.3', description: 'Without TLVs.' },
    V3_4: { value: '3.4', description: 'What nearly every carrier speaks.' },
    V5_0: { value: '5.0', description: 'As 3.4, for carriers that ask for it.' },
  } as const,
});

const BindMode = builder.enumType('SmppBindMode', {
  description: 'What the links of a carrier are for.',
  values: {
    TRANSCEIVER: { value: 'transceiver', description: 'Each takes messages and brings receipts.' },
    TRANSMITTER_RECEIVER: {
      value: 'transmitterReceiver',
      description: 'Some take messages, others bring receipts.',
    },
  } as const,
});

const Alphabet = builder.enumType('SmppAlphabet', {
  description: 'What a carrier means by its default alphabet.',
  values: {
    GSM: { value: 'gsm', description: 'GSM 03.38, one septet per octet.' },
    LATIN1: { value: 'latin1', description: 'ISO 8859-1.' },
    ASCII: { value: 'ascii', description: 'ASCII.' },
  } as const,
});

const Validity = builder.enumType('SmppValidity', {
  description: 'How a carrier is told until when a message is of use.',
  values: {
    RELATIVE: { value: 'relative', description: 'As a time from now on.' },
    ABSOLUTE: { value: 'absolute', description: 'As a point in time, in UTC.' },
    NONE: { value: 'none', description: 'Not at all: it may be delivered after its code has expired.' },
  } as const,
});

const ReceiptIdForm = builder.enumType('SmppReceiptIdForm', {
  description: "How the id in a receipt relates to the one in the submit's answer.",
  values: {
    AUTO: { value: 'auto', description: 'It is found out.' },
    SAME: { value: 'same', description: 'It is the same, but for zeros in front and case.' },
    DECIMAL_TO_HEX: {
      value: 'decimalToHex',
      description: 'Decimal in the receipt, hexadecimal in the answer.',
    },
    HEX_TO_DECIMAL: {
      value: 'hexToDecimal',
      description: 'Hexadecimal in the receipt, decimal in the answer.',
    },
  } as const,
});

const MessageIds = builder.enumType('SmppMessageIds', {
  description: 'Whether an id stands for one message.',
  values: {
    UNIQUE: { value: 'unique', description: 'It does.' },
    REPEATED: {
      value: 'repeated',
      description: "It does not: a receipt's number says which message is meant.",
    },
  } as const,
});

const MultipartReceipts = builder.enumType('SmppMultipartReceipts', {
  description: 'What receipts of a message in several segments are about.',
  values: {
    AUTO: {
      value: 'auto',
      description:
        'Each about its segment, unless one stays alone at a carrier that never sent a second one.',
    },
    PER_PART: { value: 'perPart', description: 'Each about its segment: all must be delivered.' },
    ONCE: { value: 'once', description: 'The first one is about the whole message.' },
  } as const,
});

const StatusClass = builder.enumType('SmppStatusClass', {
  description: 'What a refusal is about, and so what to do next.',
  values: {
    THROTTLE: {
      value: 'throttle',
      description: 'Too much traffic: the carrier is backed off from, no attempt is spent.',
    },
    TEMPORARY: { value: 'temporary', description: 'Again later.' },
    AMBIGUOUS: { value: 'ambiguous', description: 'Nobody knows: once more over another route.' },
    LINK_FAULT: {
      value: 'linkFault',
      description: "The link's trouble, not the message's: it is bound anew.",
    },
    SENDER: { value: 'sender', description: 'The sender is not allowed here: over another route.' },
    PERMANENT: { value: 'permanent', description: 'The destination is bad: no route helps.' },
  } as const,
});

const TlvType = builder.enumType('SmppTlvType', {
  description: 'How the value of a TLV is written.',
  values: {
    TEXT: { value: 'text', description: 'ASCII characters, without a NUL behind them.' },
    OCTETS: { value: 'octets', description: 'Pairs of hexadecimal digits.' },
    INT8: { value: 'int8', description: 'A decimal number in one octet.' },
    INT16: { value: 'int16', description: 'A decimal number in two octets.' },
    INT32: { value: 'int32', description: 'A decimal number in four octets.' },
    REGISTRATION: {
      value: 'registration',
      description:
        "A register and one of its references, e.g. `dlt.entity`: the text that the sender's registration in the destination's country has there; without one the TLV is left out.",
    },
  } as const,
});

const TlsInput = builder.inputType('SmppTlsInput', {
  description: 'How a link is encrypted; its certificate is always verified.',
  fields: (t) => ({
    ca: t.string({ description: "Authorities to trust instead of the system's, in PEM." }),
    servername: t.string({ description: 'The name in the certificate, when it is not `host`.' }),
  }),
});

const StatusOverrideInput = builder.inputType('SmppStatusOverrideInput', {
  description: "A carrier's own meaning of a command_status.",
  fields: (t) => ({
    status: t.string({ required: true, description: 'In hexadecimal, e.g. `0x00000400`.' }),
    class: t.field({ type: StatusClass, required: true, description: 'What it means.' }),
  }),
});

const VendorTlvInput = builder.inputType('SmppVendorTlvInput', {
  description: 'A TLV that goes out with every segment, e.g. the DLT entity and template ids of India.',
  fields: (t) => ({
    tag: t.string({ required: true, description: '`0x1400` to `0x3fff`, the tags of vendors.' }),
    type: t.field({ type: TlvType, required: true, description: 'How `value` is written.' }),
    value: t.string({ required: true, description: 'At most 255 octets.' }),
  }),
});

export const SmppCarrierConfigInput = builder.inputType('SmppCarrierConfigInput', {
  description:
    'How a carrier is reached over SMPP: at least `host`, `port` and `systemId` when it is connected. Later, what is absent stays; `null` goes back to the default.',
  fields: (t) => ({
    host: t.string({ description: 'Name or address.' }),
    port: t.int({ description: '1–65535.' }),
    tls: t.field({ type: TlsInput, description: 'Encrypts the links. Default: not encrypted.' }),
    systemId: t.string({ description: '1–15 characters.' }),
    systemType: t.string({ description: 'At most 12 characters. Default: none.' }),
    version: t.field({ type: Version, description: 'Default `V3_4`.' }),
    addressRange: t.string({
      description: 'The numbers whose messages we want, at most 40 characters. Default: none.',
    }),
    bindMode: t.field({ type: BindMode, description: 'Default `TRANSCEIVER`.' }),
    bindCount: t.int({ description: 'Links of each worker that take messages, 1–32. Default 1.' }),
    receiverCount: t.int({
      description: 'Links of each worker for receipts, 1–32, where they are separate. Default 1.',
    }),
    window: t.int({ description: 'Segments without an answer on each link, 1–1000. Default 50.' }),
    throughput: t.float({
      description: 'Segments per second over all links of all workers. Default: no limit of ours.',
    }),
    responseTimeoutMs: t.int({
      description: 'How long an answer may take, 100–120000 ms. After it nobody knows. Default 5000.',
    }),
    enquireLinkMs: t.int({ description: 'Silence before a link is tested, 100–600000 ms. Default 30000.' }),
    alphabet: t.field({ type: Alphabet, description: 'Default `GSM`.' }),
    dataCoding: t.int({
      description: 'The data_coding that asks for that alphabet, 0–255 but 8. Default 0.',
    }),
    sourceTon: t.int({ description: 'Type of number of every sender, 0–6. Default: by what it is.' }),
    sourceNpi: t.int({ description: 'Numbering plan of every sender, 0–18. Default: by what it is.' }),
    destinationTon: t.int({ description: 'Type of number of every destination, 0–6. Default 1.' }),
    destinationNpi: t.int({ description: 'Numbering plan of every destination, 0–18. Default 1.' }),
    validity: t.field({ type: Validity, description: 'Default `RELATIVE`.' }),
    receiptIdForm: t.field({ type: ReceiptIdForm, description: 'Default `AUTO`.' }),
    messageIds: t.field({ type: MessageIds, description: 'Default `UNIQUE`.' }),
    multipartReceipts: t.field({ type: MultipartReceipts, description: 'Default `AUTO`.' }),
    statusOverrides: t.field({
      type: [StatusOverrideInput],
      description: 'They go before the common meanings; at most 100. Default: none.',
    }),
    tlvs: t.field({ type: [VendorTlvInput], description: 'At most 10, each tag once. Default: none.' }),
  }),
});
