/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Where an attempt stands. */
export type AttemptStatus =
  /** The handset has it. */
  | 'DELIVERED'
  /** The carrier did not take it. */
  | 'REJECTED'
  /** The carrier took it. */
  | 'SUBMITTED'
  /** On its way to the carrier. */
  | 'SUBMITTING'
  /** The carrier could not deliver it. */
  | 'UNDELIVERED'
  /** The link died before the carrier answered: it may have gone out. */
  | 'UNKNOWN';

/** Where a batch stands. All but `RECEIVING` and `RUNNING` are final for what was not begun by then. */
export type BatchStatus =
  /** Called off. */
  | 'CANCELED'
  /** Each row was started or refused. */
  | 'DONE'
  /** Its time was up: a day after it came. */
  | 'EXPIRED'
  /** Its rows are still coming. None of them is started yet. */
  | 'RECEIVING'
  /** Whoever brought it lost the access for it. */
  | 'REVOKED'
  /** Its rows are being started, as fast as messages flow off. */
  | 'RUNNING';

/** What a link carries. */
export type BindMode =
  /** Receipts in. */
  | 'RECEIVER'
  /** Both. */
  | 'TRANSCEIVER'
  /** Messages out. */
  | 'TRANSMITTER';

/** Where a link stands. */
export type BindState =
  /** Left by us. */
  | 'CLOSED'
  /** On its way up, or up again after a loss. */
  | 'CONNECTING'
  /** Not bound; the next try comes after a pause. */
  | 'DOWN'
  /** Bound. */
  | 'UP';

/** What a circuit breaker lets through. */
export type BreakerState =
  /** Everything. */
  | 'CLOSED'
  /** Single messages, to see whether the carrier is well again. */
  | 'HALF_OPEN'
  /** Nothing, after a run of submits that went wrong. */
  | 'OPEN';

/** Which batch to call off. */
export type CancelBatchInput = {
  /** Which batch. */
  batchId: string | number;
};

/** Which verification to call off. */
export type CancelVerificationInput = {
  /** Which verification. */
  verificationId: string | number;
};

/** What a carrier promises: at least one of the two. */
export type CarrierSlaInput = {
  /** Share of the accepted messages whose receipt says that they were delivered: more than 0, less than 1. */
  deliveryRate?: number | null | undefined;
  /** Nineteen of twenty such receipts come within so many milliseconds, 100–86400000. */
  receiptP95Ms?: number | null | undefined;
  /** Over which both are counted, 5–1440. Default 60. */
  windowMinutes?: number;
};

/** How a carrier stands. */
export type CarrierState =
  /** On its way up for the first time. */
  | 'CONNECTING'
  /** It takes messages, and has a problem; or it is down for some of the workers. */
  | 'DEGRADED'
  /** It takes no messages: its links are down, or its breaker is open. Traffic goes elsewhere. */
  | 'DOWN'
  /** No worker has told of it for 7 s: none is running, or the carrier is not enabled. */
  | 'UNKNOWN'
  /** All is well. */
  | 'UP';

/** How a code travels. */
export type Channel =
  /** As a text message from the destination: it sends `inboundCode` to `inboundNumber`. We send nothing. */
  | 'INBOUND_SMS'
  /** As a text message to the destination. */
  | 'SMS';

/** A code as it was typed. */
export type CheckVerificationInput = {
  /** The IP address of whoever typed it, if your server knows it: guessing from one address is noticed by it (`abuseAlarms`). It is not kept, unless that happens. */
  clientAddress?: string | null | undefined;
  /** Spaces, dashes and digits of any script are understood. */
  code: string;
  /** Which verification. */
  verificationId: string | number;
};

/** What codes are made of. */
export type CodeAlphabet =
  /** 0–9. */
  | 'DIGITS'
  /** Digits and capital letters without 0 O 1 I L U V. */
  | 'UNAMBIGUOUS';

/** A new key. What is absent is without bounds. */
export type CreateApiKeyInput = {
  /** When it ends; `null` = never. */
  expiresAt?: string | null | undefined;
  /** `TEST` makes a test key: what it starts goes to the sandbox and reaches no carrier, and it sees nothing that is live. Default `LIVE`. */
  mode?: Mode | null | undefined;
  /** 1 to 60 characters. */
  name: string;
  /** Where it may be used from: 1 to 50 networks such as `203.0.113.0/24` or `2001:db8::/32`, or single addresses; `null` = everywhere. It is the address that reaches the server, which is that of a proxy in front of it. */
  networks?: Array<string> | null | undefined;
  /** All that it may do, at least one; `null` = everything, also what comes later. Of a test key only what starts and follows tests, and reads how the account is set up. */
  permissions?: Array<Permission> | null | undefined;
};

/** A new client. */
export type CreateOAuthClientInput = {
  /** When it ends; `null` = never. */
  expiresAt?: string | null | undefined;
  /** 1 to 60 characters. */
  name: string;
  /** Where it and its tokens may be used from: 1 to 50 networks such as `203.0.113.0/24` or `2001:db8::/32`, or single addresses; `null` = everywhere. */
  networks?: Array<string> | null | undefined;
  /** All that its tokens may do, at least one. None of `KEYS_MANAGE`, `CLIENTS_MANAGE` and `PEOPLE_WRITE`: with them a token of minutes would let somebody in for good. */
  permissions: Array<Permission>;
  /** A JWK set with the public keys (P-256, Ed25519 or RSA) that the client signs its assertions with (`private_key_jwt`). It has no secret then. */
  publicKeys?: unknown;
  /** How long one of its access tokens is good, 60–3600. Default 600. */
  tokenSeconds?: number | null | undefined;
};

/** A new service. */
export type CreateServiceInput = {
  /** Make it the service of the starts that name none. */
  isDefault?: boolean | null | undefined;
  /** 1 to 60 characters. */
  name: string;
  /** Only what is to differ from the defaults. */
  settings?: ServiceSettingsInput | null | undefined;
};

/** What made a credential, as the audit log has it. */
export type CreatorKind =
  /** A partner with an access token. */
  | 'ACCESS_TOKEN'
  /** A server with an API key. */
  | 'API_KEY'
  /** Somebody who had signed in. */
  | 'PERSON'
  /** Otpost by itself, or whoever runs it. */
  | 'SYSTEM';

/** What is done for a message whose receipt does not come in its usual time. What is absent stays; `null` goes back to the default. */
export type FailoverPolicyInput = {
  /** How often the same code goes out over another route while the receipt is still awaited, 0–5; 0 = never. Default 1. */
  max?: number | null | undefined;
  /** Longest such wait, as a share of what is left of the code's validity, 0.01–0.9. Default 0.45. */
  maxShare?: number | null | undefined;
  /** Shortest such wait, 1–3600 seconds. Default 10. */
  minSeconds?: number | null | undefined;
  /** How long a receipt is awaited, in times of the 95th percentile of the route's own receipts, 1–20. A new route goes by its carrier's, a new carrier by the others' and 20 s at least. Where codes are typed in and no receipts come, none is awaited. Default 1.5. */
  patience?: number | null | undefined;
};

/** Why a verification failed. */
export type FailureReason =
  /** It was blocked, or the owner of the number wants no more messages. */
  | 'BLOCKED'
  /** The account has no route that may carry a message to the number: none serves it, or its sender, price or region forbids. `Message.failureReason` says which. Another number will not help. */
  | 'NO_ROUTE'
  /** No carrier can reach the number, or none is tried: it is a fixed line. */
  | 'UNDELIVERABLE';

/** Where a message stands. */
export type MessageStatus =
  /** The handset has it. */
  | 'DELIVERED'
  /** Its verification ended before it was sent. */
  | 'EXPIRED'
  /** No carrier took it. */
  | 'FAILED'
  /** Waits for a carrier to take it. */
  | 'QUEUED'
  /** A carrier took it; its receipt is awaited. */
  | 'SENT'
  /** It was sent, and did not arrive. */
  | 'UNDELIVERED';

/** The text of messages in one language. */
export type MessageTemplateInput = {
  /** BCP 47, e.g. `hr` or `pt-BR`. */
  locale: string;
  /** Must hold `{code}`; `{service}` is the name of the service. */
  text: string;
};

/** Whether something is for real. A key sees what is of its own mode, and nothing of the other one. */
export type Mode =
  /** For real: messages go over carriers. */
  | 'LIVE'
  /** A test: messages go to the sandbox, and reach no carrier. Nothing of it counts anywhere. */
  | 'TEST';

/** What a key may be let do. A `…_WRITE` brings its `…_READ` with it. */
export type Permission =
  /** `account:read`: Read the account itself. */
  | 'ACCOUNT_READ'
  /** `account:write`: Change what holds for the whole account, e.g. its residency. */
  | 'ACCOUNT_WRITE'
  /** `audit:read`: Read the audit log. */
  | 'AUDIT_READ'
  /** `carriers:read`: Read carriers, without their secrets, and follow their health. */
  | 'CARRIERS_READ'
  /** `carriers:write`: Connect and change carriers. */
  | 'CARRIERS_WRITE'
  /** `clients:manage`: Read, create, change, rotate and revoke OAuth clients, and look into their access tokens. */
  | 'CLIENTS_MANAGE'
  /** `destinations:unlock`: Let a destination be verified again that was locked for too many wrong codes. */
  | 'DESTINATIONS_UNLOCK'
  /** `inbound:read`: Read messages from handsets, and the numbers that take them. */
  | 'INBOUND_READ'
  /** `inbound:write`: Change the numbers that take messages from handsets. */
  | 'INBOUND_WRITE'
  /** `keys:manage`: Read, create, change, rotate and revoke API keys. */
  | 'KEYS_MANAGE'
  /** `messages:read`: Read messages and their attempts, with the way that each one took. */
  | 'MESSAGES_READ'
  /** `numbers:read`: Ask what is known of a number, and read how numbers are looked up. */
  | 'NUMBERS_READ'
  /** `numbers:reveal`: See phone numbers in full, noted in the audit log: a server wherever they are, a person one at a time with `revealNumber`. */
  | 'NUMBERS_REVEAL'
  /** `numbers:write`: Change how numbers are looked up. */
  | 'NUMBERS_WRITE'
  /** `people:read`: Read who is a member of the account, with which role, and who is invited. */
  | 'PEOPLE_READ'
  /** `people:write`: Invite people, change the roles of members, and remove them. */
  | 'PEOPLE_WRITE'
  /** `routes:read`: Read routes, their prices and what decided between them. */
  | 'ROUTES_READ'
  /** `routes:write`: Add and change routes. */
  | 'ROUTES_WRITE'
  /** `senders:read`: Read senders, their registrations and the rules of countries. */
  | 'SENDERS_READ'
  /** `senders:write`: Change senders, their registrations and the rules of countries. */
  | 'SENDERS_WRITE'
  /** `services:read`: Read services and their rules. */
  | 'SERVICES_READ'
  /** `services:write`: Create and change services. */
  | 'SERVICES_WRITE'
  /** `subjects:erase`: Erase everything that tells whom a phone number belongs to, for good. */
  | 'SUBJECTS_ERASE'
  /** `subjects:export`: Export all that is stored about the holder of a phone number. */
  | 'SUBJECTS_EXPORT'
  /** `verifications:read`: Read verifications, and subscribe to what happens to them. */
  | 'VERIFICATIONS_READ'
  /** `verifications:write`: Start, check and cancel verifications. */
  | 'VERIFICATIONS_WRITE'
  /** `webhooks:read`: Read webhook endpoints and what became of their deliveries. */
  | 'WEBHOOKS_READ'
  /** `webhooks:write`: Add, change, test and remove webhook endpoints, and send deliveries again. */
  | 'WEBHOOKS_WRITE';

/** Which code a further message of the same verification carries. */
export type ResendPolicy =
  /** A new one; the earlier code stops working. */
  | 'ROTATE'
  /** The code that may already be on its way. */
  | 'SAME';

/** When and how often a message is tried again. What is absent stays; `null` goes back to the default. */
export type RetryPolicyInput = {
  /** Wait before the second try, 0.05–600 seconds. Default 0.5. */
  baseSeconds?: number | null | undefined;
  /** Longest wait between two tries, 0.05–3600 seconds, no less than `baseSeconds`. Default 30. */
  capSeconds?: number | null | undefined;
  /** Each further wait is so many times the one before, 1–10. Default 2. */
  factor?: number | null | undefined;
  /** Share of each wait that chance may take off, 0–1: what failed together does not come back together. Default 0.5. */
  jitter?: number | null | undefined;
  /** Submissions of one message at most, 1–20; being throttled or finding no route open spends none. Default 6. */
  maxAttempts?: number | null | undefined;
  /** Further routes for a message that is refused without a clear reason, or reported as unknown or barred by one carrier, 0–5. Default 1. */
  maxDoubts?: number | null | undefined;
  /** Longest pause between two looks for a route while none is open, 0.5–300 seconds. Default 5. */
  routeWaitCapSeconds?: number | null | undefined;
  /** Wait before the same code goes out again when a carrier was given it and never answered, 0–600 seconds. Default 5. */
  unknownWaitSeconds?: number | null | undefined;
};

/** Which key ends. */
export type RevokeApiKeyInput = {
  /** Which key. */
  apiKeyId: string | number;
  /** Also when it is the last one with `keys:manage`, e.g. because it was stolen. Default `false`. */
  evenLast?: boolean | null | undefined;
};

/** Which client ends. */
export type RevokeOAuthClientInput = {
  /** Which client. */
  clientId: string | number;
};

/** Which key gets a new secret. */
export type RotateApiKeyInput = {
  /** Which key. */
  apiKeyId: string | number;
  /** How long the secret until now goes on working, 0–2592000 (30 days); 0 ends it at once. */
  overlapSeconds: number;
};

/** Which client gets a new secret. */
export type RotateOAuthClientSecretInput = {
  /** Which client. */
  clientId: string | number;
  /** How long the secret until now goes on working, 0–2592000 (30 days); 0 ends it at once, and all access tokens with it. */
  overlapSeconds: number;
};

/** How the route of a message is chosen among those that are open. */
export type RoutingStrategy =
  /** What earns most by experience: the chance of a conversion times its value, less the price. */
  | 'ADAPTIVE'
  /** The cheapest first. */
  | 'LEAST_COST'
  /** The lowest priority number first. */
  | 'PRIORITY';

/** Whether a route is left out when the country would refuse its sender. */
export type SenderRules =
  /** By the rules that we know of each country. */
  | 'CHECK'
  /** The carrier sees to it. */
  | 'OFF';

/** Settings of a service. What is absent stays; `null` goes back to the default. */
export type ServiceSettingsInput = {
  /** Countries (ISO 3166-1 alpha-2) that may be verified; absent = all. */
  allowedCountries?: Array<string> | null | undefined;
  /** How codes travel, in the order in which they are tried: when the messages of one channel came to nothing, a verification goes on over the next one. Default `[SMS]`. */
  channels?: Array<Channel> | null | undefined;
  /** What codes are made of. Default `DIGITS`. */
  codeAlphabet?: CodeAlphabet | null | undefined;
  /** Characters of a code, 4–10. Default 6. */
  codeLength?: number | null | undefined;
  /** Each further wait is so many times the one before, 1–10. Default 2. */
  coolDownFactor?: number | null | undefined;
  /** Wait before the second send, 0–3600 seconds. Default 30. */
  coolDownSeconds?: number | null | undefined;
  /** Country (ISO 3166-1 alpha-2) with which numbers without a country code are read. Default none. */
  defaultCountry?: string | null | undefined;
  /** Language of messages for starts that name none, BCP 47. Default `en`. */
  defaultLocale?: string | null | undefined;
  /** What is done for a message whose receipt does not come in its usual time. */
  failover?: FailoverPolicyInput | null | undefined;
  /** Wrong checks in a row, over all verifications, that lock a destination, 5–100. Default 100. */
  lockAfterFailedChecks?: number | null | undefined;
  /** Checks per verification, 1–20. Default 5. */
  maxChecks?: number | null | undefined;
  /** A route that costs more per segment is not taken, in the currency of the prices; absent = whatever it costs. */
  maxPrice?: number | null | undefined;
  /** Sends to one destination within the window, 1–20. Default 5. */
  maxSends?: number | null | undefined;
  /** Sends to one destination in 24 hours, 1–1000. Default 20. */
  maxSendsPerDay?: number | null | undefined;
  /** A start must say which origin or app its client token is for: `clientOrigin` or `clientApp`. Default false. */
  requireClientBinding?: boolean | null | undefined;
  /** Which code a further message carries. Default `SAME`. */
  resend?: ResendPolicy | null | undefined;
  /** When and how often a message is tried again. */
  retry?: RetryPolicyInput | null | undefined;
  /** How the route of a message is chosen. Default `ADAPTIVE`. */
  routing?: RoutingStrategy | null | undefined;
  /** The window of `maxSends`, 1–86400 seconds. Default 600. */
  sendWindowSeconds?: number | null | undefined;
  /** Who messages come from: a name of 1–11 letters and digits, a long code (+…) or a short code. Default `Otpost`. */
  sender?: string | null | undefined;
  /** The pool of senders that messages come from instead, the same sender for the same number. Default none. */
  senderPool?: string | null | undefined;
  /** Send nothing to a number that is surely a fixed line, by its digits or by what the number lookup says; its verification fails as `UNDELIVERABLE` at once. Default true. */
  skipSmsToLandlines?: boolean | null | undefined;
  /** Plain characters for typographic ones (curly quotes, dashes, no-break spaces, …) where a message then takes fewer segments; one that would cost the same goes out as it was written. Default true. */
  smartEncoding?: boolean | null | undefined;
  /** Message texts by locale, over the built-in ones. They replace the ones before. */
  templates?: Array<MessageTemplateInput> | null | undefined;
  /** How codes of authenticator apps are made, for factors that say nothing else. */
  totp?: TotpSettingsInput | null | undefined;
  /** How long a code is valid, from the first send, 30–86400 seconds; a resend never extends it. Default 600. */
  ttlSeconds?: number | null | undefined;
  /** What one approved verification is worth, in the currency of the routes' prices: more than 0, at most 1000000. Default 1. */
  valueOfConversion?: number | null | undefined;
};

/** What a carrier means by its default alphabet. */
export type SmppAlphabet =
  /** ASCII. */
  | 'ASCII'
  /** GSM 03.38, one septet per octet. */
  | 'GSM'
  /** ISO 8859-1. */
  | 'LATIN1';

/** What the links of a carrier are for. */
export type SmppBindMode =
  /** Each takes messages and brings receipts. */
  | 'TRANSCEIVER'
  /** Some take messages, others bring receipts. */
  | 'TRANSMITTER_RECEIVER';

/** How a carrier is reached over SMPP: at least `host`, `port` and `systemId` when it is connected. Later, what is absent stays; `null` goes back to the default. */
export type SmppCarrierConfigInput = {
  /** The numbers whose messages we want, at most 40 characters. Default: none. */
  addressRange?: string | null | undefined;
  /** Default `GSM`. */
  alphabet?: SmppAlphabet | null | undefined;
  /** Links of each worker that take messages, 1–32. Default 1. */
  bindCount?: number | null | undefined;
  /** Default `TRANSCEIVER`. */
  bindMode?: SmppBindMode | null | undefined;
  /** The data_coding that asks for that alphabet, 0–255 but 8. Default 0. */
  dataCoding?: number | null | undefined;
  /** Numbering plan of every destination, 0–18. Default 1. */
  destinationNpi?: number | null | undefined;
  /** Type of number of every destination, 0–6. Default 1. */
  destinationTon?: number | null | undefined;
  /** Silence before a link is tested, 100–600000 ms. Default 30000. */
  enquireLinkMs?: number | null | undefined;
  /** Name or address. */
  host?: string | null | undefined;
  /** Default `UNIQUE`. */
  messageIds?: SmppMessageIds | null | undefined;
  /** Default `AUTO`. */
  multipartReceipts?: SmppMultipartReceipts | null | undefined;
  /** 1–65535. */
  port?: number | null | undefined;
  /** Default `AUTO`. */
  receiptIdForm?: SmppReceiptIdForm | null | undefined;
  /** Links of each worker for receipts, 1–32, where they are separate. Default 1. */
  receiverCount?: number | null | undefined;
  /** How long an answer may take, 100–120000 ms. After it nobody knows. Default 5000. */
  responseTimeoutMs?: number | null | undefined;
  /** Numbering plan of every sender, 0–18. Default: by what it is. */
  sourceNpi?: number | null | undefined;
  /** Type of number of every sender, 0–6. Default: by what it is. */
  sourceTon?: number | null | undefined;
  /** They go before the common meanings; at most 100. Default: none. */
  statusOverrides?: Array<SmppStatusOverrideInput> | null | undefined;
  /** 1–15 characters. */
  systemId?: string | null | undefined;
  /** At most 12 characters. Default: none. */
  systemType?: string | null | undefined;
  /** Segments per second over all links of all workers. Default: no limit of ours. */
  throughput?: number | null | undefined;
  /** Encrypts the links. Default: not encrypted. */
  tls?: SmppTlsInput | null | undefined;
  /** At most 10, each tag once. Default: none. */
  tlvs?: Array<SmppVendorTlvInput> | null | undefined;
  /** Default `RELATIVE`. */
  validity?: SmppValidity | null | undefined;
  /** Default `V3_4`. */
  version?: SmppVersion | null | undefined;
  /** Segments without an answer on each link, 1–1000. Default 50. */
  window?: number | null | undefined;
};

/** Whether an id stands for one message. */
export type SmppMessageIds =
  /** It does not: a receipt's number says which message is meant. */
  | 'REPEATED'
  /** It does. */
  | 'UNIQUE';

/** What receipts of a message in several segments are about. */
export type SmppMultipartReceipts =
  /** Each about its segment, unless one stays alone at a carrier that never sent a second one. */
  | 'AUTO'
  /** The first one is about the whole message. */
  | 'ONCE'
  /** Each about its segment: all must be delivered. */
  | 'PER_PART';

/** How the id in a receipt relates to the one in the submit's answer. */
export type SmppReceiptIdForm =
  /** It is found out. */
  | 'AUTO'
  /** Decimal in the receipt, hexadecimal in the answer. */
  | 'DECIMAL_TO_HEX'
  /** Hexadecimal in the receipt, decimal in the answer. */
  | 'HEX_TO_DECIMAL'
  /** It is the same, but for zeros in front and case. */
  | 'SAME';

/** What a refusal is about, and so what to do next. */
export type SmppStatusClass =
  /** Nobody knows: once more over another route. */
  | 'AMBIGUOUS'
  /** The link's trouble, not the message's: it is bound anew. */
  | 'LINK_FAULT'
  /** The destination is bad: no route helps. */
  | 'PERMANENT'
  /** The sender is not allowed here: over another route. */
  | 'SENDER'
  /** Again later. */
  | 'TEMPORARY'
  /** Too much traffic: the carrier is backed off from, no attempt is spent. */
  | 'THROTTLE';

/** A carrier's own meaning of a command_status. */
export type SmppStatusOverrideInput = {
  /** What it means. */
  class: SmppStatusClass;
  /** In hexadecimal, e.g. `0x00000400`. */
  status: string;
};

/** How a link is encrypted; its certificate is always verified. */
export type SmppTlsInput = {
  /** Authorities to trust instead of the system's, in PEM. */
  ca?: string | null | undefined;
  /** The name in the certificate, when it is not `host`. */
  servername?: string | null | undefined;
};

/** How the value of a TLV is written. */
export type SmppTlvType =
  /** A decimal number in one octet. */
  | 'INT8'
  /** A decimal number in two octets. */
  | 'INT16'
  /** A decimal number in four octets. */
  | 'INT32'
  /** Pairs of hexadecimal digits. */
  | 'OCTETS'
  /** A register and one of its references, e.g. `dlt.entity`: the text that the sender's registration in the destination's country has there; without one the TLV is left out. */
  | 'REGISTRATION'
  /** ASCII characters, without a NUL behind them. */
  | 'TEXT';

/** How a carrier is told until when a message is of use. */
export type SmppValidity =
  /** As a point in time, in UTC. */
  | 'ABSOLUTE'
  /** Not at all: it may be delivered after its code has expired. */
  | 'NONE'
  /** As a time from now on. */
  | 'RELATIVE';

/** A TLV that goes out with every segment, e.g. the DLT entity and template ids of India. */
export type SmppVendorTlvInput = {
  /** `0x1400` to `0x3fff`, the tags of vendors. */
  tag: string;
  /** How `value` is written. */
  type: SmppTlvType;
  /** At most 255 octets. */
  value: string;
};

/** What the bind says we speak. */
export type SmppVersion =
  /** Without TLVs. */
  | 'V3_3'
  /** What nearly every carrier speaks. */
  | 'V3_4'
  /** As 3.4, for carriers that ask for it. */
  | 'V5_0';

/** Whom to send a code, and how. */
export type StartVerificationInput = {
  /** How the code travels. */
  channel?: Channel | null | undefined;
  /** Only this app may use the `clientToken`, e.g. `com.example.app`: it says so in the header `Otpost-App`, or as `app` in `connection_init`, and sends no `Origin`. An id is a label, not a proof. */
  clientApp?: string | null | undefined;
  /** Only pages of this origin may use the `clientToken`, e.g. `https://shop.example`: their browser must say so. */
  clientOrigin?: string | null | undefined;
  /** A repeated start with the same key returns the first answer and sends nothing. 1 to 255 characters. */
  idempotencyKey?: string | null | undefined;
  /** Language of the message, BCP 47; the service's default when absent. */
  locale?: string | null | undefined;
  /** Whose rules to follow; the account's default service when absent. */
  serviceId?: string | number | null | undefined;
  /** A phone number as a person types it; without a country code the service's default country counts. */
  to: string;
};

/** How codes of authenticator apps are made. What is absent stays; `null` goes back to the default. */
export type TotpSettingsInput = {
  /** Digits of a code, 3–8. Default 6. */
  codeLength?: number | null | undefined;
  /** What apps show as the issuer, 1–64 characters. Default the name of the service. */
  issuer?: string | null | undefined;
  /** Codes before and after the current one that are right, for devices whose clock is off, 0–2. Default 1. */
  skew?: number | null | undefined;
  /** How long a code is shown, 20–60 seconds. Default 30. */
  stepSeconds?: number | null | undefined;
};

/** Which route to try, and with whom. */
export type TryRouteInput = {
  /** Which route; it must be enabled. */
  routeId: string | number;
  /** Whose text, sender and rules; the account's default service when absent. */
  serviceId?: string | number | null | undefined;
  /** Whose handset: a phone number as a person types it; without a country code the service's default country counts. */
  to: string;
};

/** Which destination to unlock. */
export type UnlockDestinationInput = {
  /** For which service; the account's default service when absent. */
  serviceId?: string | number | null | undefined;
  /** The phone number. */
  to: string;
};

/** What changes; what is absent stays as it is. */
export type UpdateApiKeyInput = {
  /** Which key. */
  apiKeyId: string | number;
  /** When it ends; `null` = never. */
  expiresAt?: string | null | undefined;
  /** 1 to 60 characters. */
  name?: string | null | undefined;
  /** Where it may be used from: 1 to 50 networks such as `203.0.113.0/24` or `2001:db8::/32`, or single addresses; `null` = everywhere. It is the address that reaches the server, which is that of a proxy in front of it. */
  networks?: Array<string> | null | undefined;
  /** All that it may do, at least one; `null` = everything, also what comes later. Of a test key only what starts and follows tests, and reads how the account is set up. */
  permissions?: Array<Permission> | null | undefined;
};

/** What changes; what is absent stays as it is. */
export type UpdateCarrierInput = {
  /** Which carrier. */
  carrierId: string | number;
  /** The members of a configuration that change, each whole; `null` goes back to the default. For SMPP there is `smpp`. */
  config?: unknown;
  /** 1 to 60 characters, unique among the carriers of the account. */
  name?: string | null | undefined;
  /** Where its messages leave, e.g. `EU`; an account with a residency uses carriers of that region only. `null` = not known. */
  region?: string | null | undefined;
  /** The secrets that change, texts by name; SMPP has one, `password`. */
  secrets?: unknown;
  /** Whether each country's sender rules are checked before a message goes this way. */
  senderRules?: SenderRules | null | undefined;
  /** What it promises, to be held to it. `null` = nothing. */
  sla?: CarrierSlaInput | null | undefined;
  /** What changes of the configuration of a carrier over SMPP. */
  smpp?: SmppCarrierConfigInput | null | undefined;
};

/** What changes; what is absent stays as it is. */
export type UpdateOAuthClientInput = {
  /** Which client. */
  clientId: string | number;
  /** When it ends; `null` = never. */
  expiresAt?: string | null | undefined;
  /** 1 to 60 characters. */
  name?: string | null | undefined;
  /** Where it and its tokens may be used from: 1 to 50 networks such as `203.0.113.0/24` or `2001:db8::/32`, or single addresses; `null` = everywhere. */
  networks?: Array<string> | null | undefined;
  /** All that its tokens may do, at least one. None of `KEYS_MANAGE`, `CLIENTS_MANAGE` and `PEOPLE_WRITE`: with them a token of minutes would let somebody in for good. */
  permissions?: Array<Permission> | null | undefined;
  /** The JWK set from now on; to rotate a key, first add the new one beside it. */
  publicKeys?: unknown;
  /** How long one of its access tokens is good, 60–3600. */
  tokenSeconds?: number | null | undefined;
};

/** What changes; what is absent stays as it is. */
export type UpdateServiceInput = {
  /** With `true` it becomes the service of the starts that name none. */
  isDefault?: boolean | null | undefined;
  /** 1 to 60 characters. */
  name?: string | null | undefined;
  /** Which service. */
  serviceId: string | number;
  /** The settings that change; `null` goes back to the default. */
  settings?: ServiceSettingsInput | null | undefined;
};

/** All of what is given must match. */
export type VerificationFilter = {
  /** Of this service. */
  serviceId?: string | number | null | undefined;
  /** Any of these. */
  status?: Array<VerificationStatus> | null | undefined;
  /** Of this number, with its country code. That it was asked for is noted in the audit log, and whoever lacks `numbers:reveal` asks so often and no more, `number/too_many_searches`: 60 times an hour unless `RATE_LIMIT_SEARCH` says something else. */
  to?: string | null | undefined;
};

/** Where a verification stands. All but `PENDING` are final. */
export type VerificationStatus =
  /** The code came back: the destination is proven. */
  | 'APPROVED'
  /** Called off. */
  | 'CANCELED'
  /** The code did not come in time. */
  | 'EXPIRED'
  /** No carrier can reach the number, no route may carry a message to it, or it was blocked. */
  | 'FAILED'
  /** Too many wrong codes. */
  | 'MAX_CHECKS_REACHED'
  /** Waits for its code. */
  | 'PENDING';

/** What a credential stands for. */
export type ViewerKind =
  /** A partner with an access token. */
  | 'ACCESS_TOKEN'
  /** A server with an API key. */
  | 'API_KEY'
  /** The frontend of one verification. */
  | 'CLIENT_TOKEN'
  /** Somebody who has signed in. */
  | 'PERSON';

export type AccountEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AccountEventsSubscription = { accountEvents:
    | { __typename: 'ChannelChanged', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'CodeRejected', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageDelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageExpired', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageFailed', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageQueued', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageSent', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageUndelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationApproved', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationCanceled', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationExpired', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationFailed', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationStarted', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
   };

export type AccountEventsCursorQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountEventsCursorQuery = { accountEventsCursor: string };

export type ApiKeyProfileFragment = { id: string, name: string, mode: Mode, hint: string | null, permissions: Array<Permission> | null, networks: Array<string> | null, expiresAt: string | null, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null };

export type ApiKeysQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ApiKeysQuery = { apiKeys: { nodes: Array<{ id: string, name: string, mode: Mode, hint: string | null, permissions: Array<Permission> | null, networks: Array<string> | null, expiresAt: string | null, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type BatchProgressSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type BatchProgressSubscription = { batchProgress: { id: string, mode: Mode, status: BatchStatus, rows: number, queued: number, started: number, refused: number, canceled: number, finishedAt: string | null } };

export type CancelBatchMutationVariables = Exact<{
  input: CancelBatchInput;
}>;


export type CancelBatchMutation = { cancelBatch:
    | { __typename: 'Batch', id: string, mode: Mode, status: BatchStatus, rows: number, started: number }
    | { __typename: 'BatchNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'BatchSettled', code: string, message: string, docUrl: string }
   };

export type CancelVerificationMutationVariables = Exact<{
  input: CancelVerificationInput;
}>;


export type CancelVerificationMutation = { cancelVerification:
    | { __typename: 'Verification', id: string, mode: Mode, status: VerificationStatus, settledAt: string | null }
    | { __typename: 'VerificationNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationSettled', code: string, message: string, docUrl: string }
   };

export type CarrierHealthSubscriptionVariables = Exact<{
  carrierIds?: Array<string | number> | string | number | null | undefined;
}>;


export type CarrierHealthSubscription = { carrierHealth: { carrierId: string, state: CarrierState, problem: string | null, inFlight: number, window: number, windowUse: number, perSecond: number, allowedPerSecond: number | null, throttles: number, breaker: BreakerState, asOf: string | null, carrier: { name: string }, workers: Array<{ worker: string, state: CarrierState, problem: string | null, inFlight: number, window: number, perSecond: number, allowedPerSecond: number | null, throttles: number, backOff: number, breaker: BreakerState, nextProbeAt: string | null, asOf: string, binds: Array<{ mode: BindMode, state: BindState, problem: string | null, inFlight: number, window: number }> }> } };

export type CarrierHealthNowQueryVariables = Exact<{
  carrierId: string | number;
}>;


export type CarrierHealthNowQuery = { carrier: { health: { carrierId: string, state: CarrierState, problem: string | null, inFlight: number, window: number, windowUse: number, perSecond: number, allowedPerSecond: number | null, throttles: number, breaker: BreakerState, asOf: string | null, workers: Array<{ worker: string, state: CarrierState, problem: string | null, inFlight: number, window: number, perSecond: number, allowedPerSecond: number | null, throttles: number, backOff: number, breaker: BreakerState, nextProbeAt: string | null, asOf: string, binds: Array<{ mode: BindMode, state: BindState, problem: string | null, inFlight: number, window: number }> }> } } | null };

export type HealthFragment = { carrierId: string, state: CarrierState, problem: string | null, inFlight: number, window: number, windowUse: number, perSecond: number, allowedPerSecond: number | null, throttles: number, breaker: BreakerState, asOf: string | null, workers: Array<{ worker: string, state: CarrierState, problem: string | null, inFlight: number, window: number, perSecond: number, allowedPerSecond: number | null, throttles: number, backOff: number, breaker: BreakerState, nextProbeAt: string | null, asOf: string, binds: Array<{ mode: BindMode, state: BindState, problem: string | null, inFlight: number, window: number }> }> };

export type CarriersQueryVariables = Exact<{ [key: string]: never; }>;


export type CarriersQuery = { carriers: Array<{ id: string, name: string, enabled: boolean, region: string | null, senderRules: SenderRules, config: unknown, secrets: Array<string> }> };

export type CarrierProfileFragment = { id: string, name: string, enabled: boolean, region: string | null, senderRules: SenderRules, config: unknown, secrets: Array<string> };

export type CarriersHealthQueryVariables = Exact<{ [key: string]: never; }>;


export type CarriersHealthQuery = { carriers: Array<{ id: string, name: string, enabled: boolean, region: string | null, health: { carrierId: string, state: CarrierState, problem: string | null, inFlight: number, window: number, windowUse: number, perSecond: number, allowedPerSecond: number | null, throttles: number, breaker: BreakerState, asOf: string | null, workers: Array<{ worker: string, state: CarrierState, problem: string | null, inFlight: number, window: number, perSecond: number, allowedPerSecond: number | null, throttles: number, backOff: number, breaker: BreakerState, nextProbeAt: string | null, asOf: string, binds: Array<{ mode: BindMode, state: BindState, problem: string | null, inFlight: number, window: number }> }> } }> };

export type CheckVerificationMutationVariables = Exact<{
  input: CheckVerificationInput;
}>;


export type CheckVerificationMutation = { checkVerification:
    | { __typename: 'DestinationLocked', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidCode', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', code: string, message: string, docUrl: string }
    | { __typename: 'TooManyChecks', code: string, message: string, docUrl: string }
    | { __typename: 'Verification', id: string, mode: Mode, status: VerificationStatus, settledAt: string | null }
    | { __typename: 'VerificationAlreadyUsed', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationCanceled', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationExpired', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationFailed', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'WrongCode', checksLeft: number, code: string, message: string, docUrl: string }
   };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey:
    | { __typename: 'BeyondOwnRights', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'NewApiKey', secret: string, apiKey: { id: string, name: string, mode: Mode, hint: string | null, permissions: Array<Permission> | null, networks: Array<string> | null, expiresAt: string | null, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null } }
   };

export type CreateOAuthClientMutationVariables = Exact<{
  input: CreateOAuthClientInput;
}>;


export type CreateOAuthClientMutation = { createOAuthClient:
    | { __typename: 'BeyondOwnRights', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'NewOAuthClient', secret: string | null, client: { id: string, name: string, hint: string | null, publicKeys: unknown, permissions: Array<Permission>, networks: Array<string> | null, expiresAt: string | null, tokenSeconds: number, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null } }
   };

export type CreateServiceMutationVariables = Exact<{
  input: CreateServiceInput;
}>;


export type CreateServiceMutation = { createService:
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'Service', id: string, name: string, isDefault: boolean, createdAt: string, settings: { codeLength: number, codeAlphabet: CodeAlphabet, ttlSeconds: number, maxChecks: number, maxSends: number, sendWindowSeconds: number, maxSendsPerDay: number, coolDownSeconds: number, coolDownFactor: number, routing: RoutingStrategy, valueOfConversion: number, resend: ResendPolicy, lockAfterFailedChecks: number, defaultCountry: string | null, allowedCountries: Array<string> | null, defaultLocale: string, smartEncoding: boolean, sender: string, templates: Array<{ locale: string, text: string }> } }
   };

export type MessageQueryVariables = Exact<{
  id: string | number;
}>;


export type MessageQuery = { message: { id: string, verificationId: string, mode: Mode, status: MessageStatus, sender: string | null, segments: number | null, queuedAt: string, sentAt: string | null, deliveredAt: string | null, settledAt: string | null, failureReason: string | null, attempts: Array<{ id: string, status: AttemptStatus, isLateFailover: boolean, latencyMs: number | null, carrierMessageId: string | null, route: { id: string, name: string }, carrier: { id: string, name: string }, error: { code: string, message: string | null } | null, decision: Array<{ score: number, excluded: string | null, route: { id: string, name: string, carrier: { name: string } } | null, reasons: Array<{ factor: string, value: number }> }> }> } | null };

export type MessageTraceFragment = { id: string, verificationId: string, mode: Mode, status: MessageStatus, sender: string | null, segments: number | null, queuedAt: string, sentAt: string | null, deliveredAt: string | null, settledAt: string | null, failureReason: string | null, attempts: Array<{ id: string, status: AttemptStatus, isLateFailover: boolean, latencyMs: number | null, carrierMessageId: string | null, route: { id: string, name: string }, carrier: { id: string, name: string }, error: { code: string, message: string | null } | null, decision: Array<{ score: number, excluded: string | null, route: { id: string, name: string, carrier: { name: string } } | null, reasons: Array<{ factor: string, value: number }> }> }> };

export type NodeQueryVariables = Exact<{
  id: string | number;
}>;


export type NodeQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'Batch', id: string }
    | { __typename: 'Carrier', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Message', id: string }
    | { __typename: 'OAuthClient', id: string }
    | { __typename: 'Route', id: string }
    | { __typename: 'Sender', id: string }
    | { __typename: 'Service', id: string }
    | { __typename: 'Verification', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null };

export type OAuthClientProfileFragment = { id: string, name: string, hint: string | null, publicKeys: unknown, permissions: Array<Permission>, networks: Array<string> | null, expiresAt: string | null, tokenSeconds: number, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null };

export type OAuthClientsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type OAuthClientsQuery = { oauthClients: { nodes: Array<{ id: string, name: string, hint: string | null, publicKeys: unknown, permissions: Array<Permission>, networks: Array<string> | null, expiresAt: string | null, tokenSeconds: number, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RevokeApiKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeApiKeyMutation = { revokeApiKey:
    | { __typename: 'ApiKey', id: string, name: string, mode: Mode, hint: string | null, permissions: Array<Permission> | null, networks: Array<string> | null, expiresAt: string | null, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null }
    | { __typename: 'ApiKeyNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'LastManagingKey', code: string, message: string, docUrl: string }
   };

export type RevokeOAuthClientMutationVariables = Exact<{
  input: RevokeOAuthClientInput;
}>;


export type RevokeOAuthClientMutation = { revokeOAuthClient:
    | { __typename: 'OAuthClient', id: string, name: string, hint: string | null, publicKeys: unknown, permissions: Array<Permission>, networks: Array<string> | null, expiresAt: string | null, tokenSeconds: number, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null }
    | { __typename: 'OAuthClientNotFound', code: string, message: string, docUrl: string }
   };

export type RotateApiKeyMutationVariables = Exact<{
  input: RotateApiKeyInput;
}>;


export type RotateApiKeyMutation = { rotateApiKey:
    | { __typename: 'ApiKeyNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'BeyondOwnRights', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'NewApiKey', secret: string, apiKey: { id: string, name: string, mode: Mode, hint: string | null, permissions: Array<Permission> | null, networks: Array<string> | null, expiresAt: string | null, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null } }
   };

export type RotateOAuthClientSecretMutationVariables = Exact<{
  input: RotateOAuthClientSecretInput;
}>;


export type RotateOAuthClientSecretMutation = { rotateOAuthClientSecret:
    | { __typename: 'BeyondOwnRights', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'NewOAuthClient', secret: string | null, client: { id: string, name: string, hint: string | null, publicKeys: unknown, permissions: Array<Permission>, networks: Array<string> | null, expiresAt: string | null, tokenSeconds: number, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null } }
    | { __typename: 'OAuthClientNotFound', code: string, message: string, docUrl: string }
   };

export type RoutesQueryVariables = Exact<{ [key: string]: never; }>;


export type RoutesQuery = { routes: Array<{ id: string, name: string, enabled: boolean, carrier: { id: string, name: string } }> };

export type ServicesQueryVariables = Exact<{ [key: string]: never; }>;


export type ServicesQuery = { services: Array<{ id: string, name: string, isDefault: boolean, createdAt: string, settings: { codeLength: number, codeAlphabet: CodeAlphabet, ttlSeconds: number, maxChecks: number, maxSends: number, sendWindowSeconds: number, maxSendsPerDay: number, coolDownSeconds: number, coolDownFactor: number, routing: RoutingStrategy, valueOfConversion: number, resend: ResendPolicy, lockAfterFailedChecks: number, defaultCountry: string | null, allowedCountries: Array<string> | null, defaultLocale: string, smartEncoding: boolean, sender: string, templates: Array<{ locale: string, text: string }> } }> };

export type ServiceProfileFragment = { id: string, name: string, isDefault: boolean, createdAt: string, settings: { codeLength: number, codeAlphabet: CodeAlphabet, ttlSeconds: number, maxChecks: number, maxSends: number, sendWindowSeconds: number, maxSendsPerDay: number, coolDownSeconds: number, coolDownFactor: number, routing: RoutingStrategy, valueOfConversion: number, resend: ResendPolicy, lockAfterFailedChecks: number, defaultCountry: string | null, allowedCountries: Array<string> | null, defaultLocale: string, smartEncoding: boolean, sender: string, templates: Array<{ locale: string, text: string }> } };

export type StartFollowedMutationVariables = Exact<{
  input: StartVerificationInput;
}>;


export type StartFollowedMutation = { startVerification:
    | { __typename: 'CountryNotAllowed', message: string }
    | { __typename: 'DestinationLocked', message: string }
    | { __typename: 'DestinationOptedOut', message: string }
    | { __typename: 'IdempotencyConflict', message: string }
    | { __typename: 'InvalidInput', message: string }
    | { __typename: 'InvalidPhoneNumber', message: string }
    | { __typename: 'SenderNotAllowed', message: string }
    | { __typename: 'ServiceNotFound', message: string }
    | { __typename: 'TooManySends', message: string }
    | { __typename: 'Verification', id: string, mode: Mode, sandboxCode: string | null, messages: { nodes: Array<{ id: string }> } }
   };

export type StartVerificationMutationVariables = Exact<{
  input: StartVerificationInput;
}>;


export type StartVerificationMutation = { startVerification:
    | { __typename: 'CountryNotAllowed', code: string, message: string, docUrl: string }
    | { __typename: 'DestinationLocked', code: string, message: string, docUrl: string }
    | { __typename: 'DestinationOptedOut', code: string, message: string, docUrl: string }
    | { __typename: 'IdempotencyConflict', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidPhoneNumber', code: string, message: string, docUrl: string }
    | { __typename: 'SenderNotAllowed', code: string, message: string, docUrl: string }
    | { __typename: 'ServiceNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'TooManySends', code: string, message: string, docUrl: string, nextSendAt: string | null }
    | { __typename: 'Verification', id: string, mode: Mode, to: string, status: VerificationStatus, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, clientToken: string | null, sandboxCode: string | null }
   };

export type TailEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type TailEventsSubscription = { accountEvents:
    | { __typename: 'ChannelChanged', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'CodeRejected', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'MessageDelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'MessageExpired', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'MessageFailed', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'MessageQueued', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'MessageSent', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'MessageUndelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'VerificationApproved', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'VerificationCanceled', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'VerificationExpired', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'VerificationFailed', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
    | { __typename: 'VerificationStarted', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, to: string, country: string, status: VerificationStatus, checksLeft: number } }
   };

export type TryRouteMutationVariables = Exact<{
  input: TryRouteInput;
}>;


export type TryRouteMutation = { tryRoute:
    | { __typename: 'CarrierOutsideResidency', code: string, message: string, docUrl: string }
    | { __typename: 'CountryNotAllowed', code: string, message: string, docUrl: string }
    | { __typename: 'DestinationLocked', code: string, message: string, docUrl: string }
    | { __typename: 'DestinationOptedOut', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', code: string, message: string, docUrl: string, field: string }
    | { __typename: 'InvalidPhoneNumber', code: string, message: string, docUrl: string, field: string }
    | { __typename: 'RouteNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'SenderNotAllowed', code: string, message: string, docUrl: string }
    | { __typename: 'ServiceNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'TooManySends', code: string, message: string, docUrl: string, nextSendAt: string | null }
    | { __typename: 'Verification', id: string, mode: Mode, to: string, expiresAt: string, messages: { nodes: Array<{ id: string, pinnedRouteId: string | null }> } }
   };

export type UnlockDestinationMutationVariables = Exact<{
  input: UnlockDestinationInput;
}>;


export type UnlockDestinationMutation = { unlockDestination:
    | { __typename: 'InvalidPhoneNumber', code: string, message: string, docUrl: string }
    | { __typename: 'ServiceNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'TooManySearches', code: string, message: string, docUrl: string }
    | { __typename: 'UnlockedDestination', wasLocked: boolean }
   };

export type UpdateApiKeyMutationVariables = Exact<{
  input: UpdateApiKeyInput;
}>;


export type UpdateApiKeyMutation = { updateApiKey:
    | { __typename: 'ApiKey', id: string, name: string, mode: Mode, hint: string | null, permissions: Array<Permission> | null, networks: Array<string> | null, expiresAt: string | null, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null }
    | { __typename: 'ApiKeyNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'BeyondOwnRights', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'LastManagingKey', code: string, message: string, docUrl: string }
   };

export type UpdateCarrierMutationVariables = Exact<{
  input: UpdateCarrierInput;
}>;


export type UpdateCarrierMutation = { updateCarrier:
    | { __typename: 'Carrier', id: string, name: string, enabled: boolean, region: string | null, senderRules: SenderRules, config: unknown, secrets: Array<string> }
    | { __typename: 'CarrierNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'CarrierOutsideResidency', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'NameTaken', code: string, message: string, docUrl: string }
   };

export type UpdateOAuthClientMutationVariables = Exact<{
  input: UpdateOAuthClientInput;
}>;


export type UpdateOAuthClientMutation = { updateOAuthClient:
    | { __typename: 'BeyondOwnRights', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'OAuthClient', id: string, name: string, hint: string | null, publicKeys: unknown, permissions: Array<Permission>, networks: Array<string> | null, expiresAt: string | null, tokenSeconds: number, previousEndsAt: string | null, lastUsedAt: string | null, createdAt: string, revokedAt: string | null, createdBy: { kind: CreatorKind, id: string | null } | null }
    | { __typename: 'OAuthClientNotFound', code: string, message: string, docUrl: string }
   };

export type UpdateServiceMutationVariables = Exact<{
  input: UpdateServiceInput;
}>;


export type UpdateServiceMutation = { updateService:
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'Service', id: string, name: string, isDefault: boolean, createdAt: string, settings: { codeLength: number, codeAlphabet: CodeAlphabet, ttlSeconds: number, maxChecks: number, maxSends: number, sendWindowSeconds: number, maxSendsPerDay: number, coolDownSeconds: number, coolDownFactor: number, routing: RoutingStrategy, valueOfConversion: number, resend: ResendPolicy, lockAfterFailedChecks: number, defaultCountry: string | null, allowedCountries: Array<string> | null, defaultLocale: string, smartEncoding: boolean, sender: string, templates: Array<{ locale: string, text: string }> } }
    | { __typename: 'ServiceNotFound', code: string, message: string, docUrl: string }
   };

export type VerificationQueryVariables = Exact<{
  id: string | number;
}>;


export type VerificationQuery = { verification: { id: string, mode: Mode, to: string, country: string, channel: Channel, status: VerificationStatus, failureReason: FailureReason | null, locale: string, checksLeft: number, sendsLeft: number, nextSendAt: string | null, createdAt: string, expiresAt: string, settledAt: string | null, clientToken: string | null, service: { id: string, name: string } } | null };

export type VerificationEventsSubscriptionVariables = Exact<{
  verificationId: string | number;
  after?: string | null | undefined;
}>;


export type VerificationEventsSubscription = { verificationEvents:
    | { __typename: 'ChannelChanged', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'CodeRejected', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageDelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageExpired', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageFailed', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageQueued', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageSent', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'MessageUndelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationApproved', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationCanceled', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationExpired', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationFailed', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
    | { __typename: 'VerificationStarted', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } }
   };

type Event_ChannelChanged_Fragment = { __typename: 'ChannelChanged', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_CodeRejected_Fragment = { __typename: 'CodeRejected', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_MessageDelivered_Fragment = { __typename: 'MessageDelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_MessageExpired_Fragment = { __typename: 'MessageExpired', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_MessageFailed_Fragment = { __typename: 'MessageFailed', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_MessageQueued_Fragment = { __typename: 'MessageQueued', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_MessageSent_Fragment = { __typename: 'MessageSent', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_MessageUndelivered_Fragment = { __typename: 'MessageUndelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_VerificationApproved_Fragment = { __typename: 'VerificationApproved', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_VerificationCanceled_Fragment = { __typename: 'VerificationCanceled', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_VerificationExpired_Fragment = { __typename: 'VerificationExpired', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_VerificationFailed_Fragment = { __typename: 'VerificationFailed', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

type Event_VerificationStarted_Fragment = { __typename: 'VerificationStarted', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, checksLeft: number, sendsLeft: number } };

export type EventFragment =
  | Event_ChannelChanged_Fragment
  | Event_CodeRejected_Fragment
  | Event_MessageDelivered_Fragment
  | Event_MessageExpired_Fragment
  | Event_MessageFailed_Fragment
  | Event_MessageQueued_Fragment
  | Event_MessageSent_Fragment
  | Event_MessageUndelivered_Fragment
  | Event_VerificationApproved_Fragment
  | Event_VerificationCanceled_Fragment
  | Event_VerificationExpired_Fragment
  | Event_VerificationFailed_Fragment
  | Event_VerificationStarted_Fragment
;

export type EventMessageFragment = { id: string, status: MessageStatus, sender: string | null, segments: number | null };

export type VerificationStatusQueryVariables = Exact<{
  id: string | number;
}>;


export type VerificationStatusQuery = { verification: { status: VerificationStatus } | null };

export type VerificationTraceQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  messages: number;
}>;


export type VerificationTraceQuery = { verifications: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node: { id: string, mode: Mode, status: VerificationStatus, service: { name: string }, messages: { edges: Array<{ cursor: string, node: { id: string, verificationId: string, mode: Mode, status: MessageStatus, sender: string | null, segments: number | null, queuedAt: string, sentAt: string | null, deliveredAt: string | null, settledAt: string | null, failureReason: string | null, attempts: Array<{ id: string, status: AttemptStatus, isLateFailover: boolean, latencyMs: number | null, carrierMessageId: string | null, route: { id: string, name: string }, carrier: { id: string, name: string }, error: { code: string, message: string | null } | null, decision: Array<{ score: number, excluded: string | null, route: { id: string, name: string, carrier: { name: string } } | null, reasons: Array<{ factor: string, value: number }> }> }> } }> } } }> } };

export type VerificationsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: VerificationFilter | null | undefined;
}>;


export type VerificationsQuery = { verifications: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, mode: Mode, to: string, status: VerificationStatus, createdAt: string, settledAt: string | null }> } };

export type WebhookRequestsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type WebhookRequestsSubscription = { webhookRequests: { cursor: string, name: string, mode: Mode, verificationId: string, body: string } };

export type WhoAmIQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoAmIQuery = { viewer: { kind: ViewerKind, mode: Mode, accountId: string, apiKeyId: string | null, permissions: Array<Permission>, expiresAt: string | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ApiKeyProfileFragmentDoc = new TypedDocumentString(`
    fragment ApiKeyProfile on ApiKey {
  id
  name
  mode
  hint
  permissions
  networks
  expiresAt
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}
    `, {"fragmentName":"ApiKeyProfile"}) as unknown as TypedDocumentString<ApiKeyProfileFragment, unknown>;
export const HealthFragmentDoc = new TypedDocumentString(`
    fragment Health on CarrierHealth {
  carrierId
  state
  problem
  inFlight
  window
  windowUse
  perSecond
  allowedPerSecond
  throttles
  breaker
  asOf
  workers {
    worker
    state
    problem
    inFlight
    window
    perSecond
    allowedPerSecond
    throttles
    backOff
    breaker
    nextProbeAt
    asOf
    binds {
      mode
      state
      problem
      inFlight
      window
    }
  }
}
    `, {"fragmentName":"Health"}) as unknown as TypedDocumentString<HealthFragment, unknown>;
export const CarrierProfileFragmentDoc = new TypedDocumentString(`
    fragment CarrierProfile on Carrier {
  id
  name
  enabled
  region
  senderRules
  config
  secrets
}
    `, {"fragmentName":"CarrierProfile"}) as unknown as TypedDocumentString<CarrierProfileFragment, unknown>;
export const MessageTraceFragmentDoc = new TypedDocumentString(`
    fragment MessageTrace on Message {
  id
  verificationId
  mode
  status
  sender
  segments
  queuedAt
  sentAt
  deliveredAt
  settledAt
  failureReason
  attempts {
    id
    status
    isLateFailover
    latencyMs
    carrierMessageId
    route {
      id
      name
    }
    carrier {
      id
      name
    }
    error {
      code
      message
    }
    decision {
      route {
        id
        name
        carrier {
          name
        }
      }
      score
      excluded
      reasons {
        factor
        value
      }
    }
  }
}
    `, {"fragmentName":"MessageTrace"}) as unknown as TypedDocumentString<MessageTraceFragment, unknown>;
export const OAuthClientProfileFragmentDoc = new TypedDocumentString(`
    fragment OAuthClientProfile on OAuthClient {
  id
  name
  hint
  publicKeys
  permissions
  networks
  expiresAt
  tokenSeconds
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}
    `, {"fragmentName":"OAuthClientProfile"}) as unknown as TypedDocumentString<OAuthClientProfileFragment, unknown>;
export const ServiceProfileFragmentDoc = new TypedDocumentString(`
    fragment ServiceProfile on Service {
  id
  name
  isDefault
  createdAt
  settings {
    codeLength
    codeAlphabet
    ttlSeconds
    maxChecks
    maxSends
    sendWindowSeconds
    maxSendsPerDay
    coolDownSeconds
    coolDownFactor
    routing
    valueOfConversion
    resend
    lockAfterFailedChecks
    defaultCountry
    allowedCountries
    defaultLocale
    templates {
      locale
      text
    }
    smartEncoding
    sender
  }
}
    `, {"fragmentName":"ServiceProfile"}) as unknown as TypedDocumentString<ServiceProfileFragment, unknown>;
export const EventMessageFragmentDoc = new TypedDocumentString(`
    fragment EventMessage on Message {
  id
  status
  sender
  segments
}
    `, {"fragmentName":"EventMessage"}) as unknown as TypedDocumentString<EventMessageFragment, unknown>;
export const EventFragmentDoc = new TypedDocumentString(`
    fragment Event on VerificationEvent {
  __typename
  cursor
  version
  occurredAt
  mode
  verification {
    id
    status
    checksLeft
    sendsLeft
  }
  ... on MessageQueued {
    message {
      ...EventMessage
    }
  }
  ... on MessageSent {
    message {
      ...EventMessage
    }
  }
  ... on MessageDelivered {
    message {
      ...EventMessage
    }
  }
  ... on MessageUndelivered {
    message {
      ...EventMessage
    }
  }
  ... on MessageFailed {
    message {
      ...EventMessage
    }
  }
  ... on MessageExpired {
    message {
      ...EventMessage
    }
  }
}
    fragment EventMessage on Message {
  id
  status
  sender
  segments
}`, {"fragmentName":"Event"}) as unknown as TypedDocumentString<EventFragment, unknown>;
export const AccountEventsDocument = new TypedDocumentString(`
    subscription AccountEvents($after: String) {
  accountEvents(after: $after) {
    ...Event
  }
}
    fragment Event on VerificationEvent {
  __typename
  cursor
  version
  occurredAt
  mode
  verification {
    id
    status
    checksLeft
    sendsLeft
  }
  ... on MessageQueued {
    message {
      ...EventMessage
    }
  }
  ... on MessageSent {
    message {
      ...EventMessage
    }
  }
  ... on MessageDelivered {
    message {
      ...EventMessage
    }
  }
  ... on MessageUndelivered {
    message {
      ...EventMessage
    }
  }
  ... on MessageFailed {
    message {
      ...EventMessage
    }
  }
  ... on MessageExpired {
    message {
      ...EventMessage
    }
  }
}
fragment EventMessage on Message {
  id
  status
  sender
  segments
}`, {"hash":"sha256:07690cb9e03c2da9124349cf843e0baa5224c8b8d78edcdf1ee3b0e3dc10000c"}) as unknown as TypedDocumentString<AccountEventsSubscription, AccountEventsSubscriptionVariables>;
export const AccountEventsCursorDocument = new TypedDocumentString(`
    query AccountEventsCursor {
  accountEventsCursor
}
    `, {"hash":"sha256:6958835e5773f1462d2209a245543904979fe6ed2d81090958d1b2ff389e58eb"}) as unknown as TypedDocumentString<AccountEventsCursorQuery, AccountEventsCursorQueryVariables>;
export const ApiKeysDocument = new TypedDocumentString(`
    query ApiKeys($first: Int!, $after: String) {
  apiKeys(first: $first, after: $after) {
    nodes {
      ...ApiKeyProfile
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ApiKeyProfile on ApiKey {
  id
  name
  mode
  hint
  permissions
  networks
  expiresAt
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:e4c7655c3490fd9b18b09aa5f174980eeedacfa799eec00e7bd9976130f7464a"}) as unknown as TypedDocumentString<ApiKeysQuery, ApiKeysQueryVariables>;
export const BatchProgressDocument = new TypedDocumentString(`
    subscription BatchProgress($id: ID!) {
  batchProgress(id: $id) {
    id
    mode
    status
    rows
    queued
    started
    refused
    canceled
    finishedAt
  }
}
    `, {"hash":"sha256:9e8ea153e6cc80155e25f6a28cf04ee632559ca37d472b7b5d92abf7c1c58ac2"}) as unknown as TypedDocumentString<BatchProgressSubscription, BatchProgressSubscriptionVariables>;
export const CancelBatchDocument = new TypedDocumentString(`
    mutation CancelBatch($input: CancelBatchInput!) {
  cancelBatch(input: $input) {
    __typename
    ... on Batch {
      id
      mode
      status
      rows
      started
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    `, {"hash":"sha256:c9ee7dc742ef031201e0fd90ffd1f66aa4f37d8c8a5d3703226e2163cc3b4656"}) as unknown as TypedDocumentString<CancelBatchMutation, CancelBatchMutationVariables>;
export const CancelVerificationDocument = new TypedDocumentString(`
    mutation CancelVerification($input: CancelVerificationInput!) {
  cancelVerification(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      status
      settledAt
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    `, {"hash":"sha256:d7f8aab56edbc69249cc5add6a1d65178e6b6c48e95a1ba71cc658d921d1243c"}) as unknown as TypedDocumentString<CancelVerificationMutation, CancelVerificationMutationVariables>;
export const CarrierHealthDocument = new TypedDocumentString(`
    subscription CarrierHealth($carrierIds: [ID!]) {
  carrierHealth(carrierIds: $carrierIds) {
    ...Health
    carrier {
      name
    }
  }
}
    fragment Health on CarrierHealth {
  carrierId
  state
  problem
  inFlight
  window
  windowUse
  perSecond
  allowedPerSecond
  throttles
  breaker
  asOf
  workers {
    worker
    state
    problem
    inFlight
    window
    perSecond
    allowedPerSecond
    throttles
    backOff
    breaker
    nextProbeAt
    asOf
    binds {
      mode
      state
      problem
      inFlight
      window
    }
  }
}`, {"hash":"sha256:c1147897cb3e1e4f93348d7394af8468f73ba170452b639d50fb1fd6a0e895a0"}) as unknown as TypedDocumentString<CarrierHealthSubscription, CarrierHealthSubscriptionVariables>;
export const CarrierHealthNowDocument = new TypedDocumentString(`
    query CarrierHealthNow($carrierId: ID!) {
  carrier(id: $carrierId) {
    health {
      ...Health
    }
  }
}
    fragment Health on CarrierHealth {
  carrierId
  state
  problem
  inFlight
  window
  windowUse
  perSecond
  allowedPerSecond
  throttles
  breaker
  asOf
  workers {
    worker
    state
    problem
    inFlight
    window
    perSecond
    allowedPerSecond
    throttles
    backOff
    breaker
    nextProbeAt
    asOf
    binds {
      mode
      state
      problem
      inFlight
      window
    }
  }
}`, {"hash":"sha256:a39a005f85e77871ded1f52208dda22363fd7202f422b07c210868d03f5ca4ef"}) as unknown as TypedDocumentString<CarrierHealthNowQuery, CarrierHealthNowQueryVariables>;
export const CarriersDocument = new TypedDocumentString(`
    query Carriers {
  carriers {
    ...CarrierProfile
  }
}
    fragment CarrierProfile on Carrier {
  id
  name
  enabled
  region
  senderRules
  config
  secrets
}`, {"hash":"sha256:dfc7becab7168737b1729b003c15b33bf3c1bfd18b7541d463bb2511217230ce"}) as unknown as TypedDocumentString<CarriersQuery, CarriersQueryVariables>;
export const CarriersHealthDocument = new TypedDocumentString(`
    query CarriersHealth {
  carriers {
    id
    name
    enabled
    region
    health {
      ...Health
    }
  }
}
    fragment Health on CarrierHealth {
  carrierId
  state
  problem
  inFlight
  window
  windowUse
  perSecond
  allowedPerSecond
  throttles
  breaker
  asOf
  workers {
    worker
    state
    problem
    inFlight
    window
    perSecond
    allowedPerSecond
    throttles
    backOff
    breaker
    nextProbeAt
    asOf
    binds {
      mode
      state
      problem
      inFlight
      window
    }
  }
}`, {"hash":"sha256:9ac56a79ce50c7d0dd924bf62c6a1c72fe9fc31108e50354bef447dd6d401502"}) as unknown as TypedDocumentString<CarriersHealthQuery, CarriersHealthQueryVariables>;
export const CheckVerificationDocument = new TypedDocumentString(`
    mutation CheckVerification($input: CheckVerificationInput!) {
  checkVerification(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      status
      settledAt
    }
    ... on WrongCode {
      checksLeft
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    `, {"hash":"sha256:86e02feca92099cadac0d99c102ddcabee1d30c28e327ba4c2a6721a32b24300"}) as unknown as TypedDocumentString<CheckVerificationMutation, CheckVerificationMutationVariables>;
export const CreateApiKeyDocument = new TypedDocumentString(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on NewApiKey {
      secret
      apiKey {
        ...ApiKeyProfile
      }
    }
    ... on InvalidInput {
      field
    }
    ... on BeyondOwnRights {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment ApiKeyProfile on ApiKey {
  id
  name
  mode
  hint
  permissions
  networks
  expiresAt
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:36e8f382683890af192a29827c749d6bdf917055577e2b9969a9e32fbf9ea91d"}) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const CreateOAuthClientDocument = new TypedDocumentString(`
    mutation CreateOAuthClient($input: CreateOAuthClientInput!) {
  createOAuthClient(input: $input) {
    __typename
    ... on NewOAuthClient {
      secret
      client {
        ...OAuthClientProfile
      }
    }
    ... on InvalidInput {
      field
    }
    ... on BeyondOwnRights {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment OAuthClientProfile on OAuthClient {
  id
  name
  hint
  publicKeys
  permissions
  networks
  expiresAt
  tokenSeconds
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:ae5ab15016aca9683e1a43e7614b32dc3a607a5fcff1d53a3a9b20920938fa4e"}) as unknown as TypedDocumentString<CreateOAuthClientMutation, CreateOAuthClientMutationVariables>;
export const CreateServiceDocument = new TypedDocumentString(`
    mutation CreateService($input: CreateServiceInput!) {
  createService(input: $input) {
    __typename
    ...ServiceProfile
    ... on InvalidInput {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment ServiceProfile on Service {
  id
  name
  isDefault
  createdAt
  settings {
    codeLength
    codeAlphabet
    ttlSeconds
    maxChecks
    maxSends
    sendWindowSeconds
    maxSendsPerDay
    coolDownSeconds
    coolDownFactor
    routing
    valueOfConversion
    resend
    lockAfterFailedChecks
    defaultCountry
    allowedCountries
    defaultLocale
    templates {
      locale
      text
    }
    smartEncoding
    sender
  }
}`, {"hash":"sha256:a91fdf054cec0e9e5d15c0dcaf7faa5b732bd198a67b24d8a9e6e101eaf862b8"}) as unknown as TypedDocumentString<CreateServiceMutation, CreateServiceMutationVariables>;
export const MessageDocument = new TypedDocumentString(`
    query Message($id: ID!) {
  message(id: $id) {
    ...MessageTrace
  }
}
    fragment MessageTrace on Message {
  id
  verificationId
  mode
  status
  sender
  segments
  queuedAt
  sentAt
  deliveredAt
  settledAt
  failureReason
  attempts {
    id
    status
    isLateFailover
    latencyMs
    carrierMessageId
    route {
      id
      name
    }
    carrier {
      id
      name
    }
    error {
      code
      message
    }
    decision {
      route {
        id
        name
        carrier {
          name
        }
      }
      score
      excluded
      reasons {
        factor
        value
      }
    }
  }
}`, {"hash":"sha256:d9bd43a2e474b6ee3fcc66d2e03ca74fa6f4d3a9eb6bee559a8bb564625152eb"}) as unknown as TypedDocumentString<MessageQuery, MessageQueryVariables>;
export const NodeDocument = new TypedDocumentString(`
    query Node($id: ID!) {
  node(id: $id) {
    __typename
    id
  }
}
    `, {"hash":"sha256:674a4e60b765ab762155deb5480b435445a7ecf217bd9a818ee68fa139bfb45a"}) as unknown as TypedDocumentString<NodeQuery, NodeQueryVariables>;
export const OAuthClientsDocument = new TypedDocumentString(`
    query OAuthClients($first: Int!, $after: String) {
  oauthClients(first: $first, after: $after) {
    nodes {
      ...OAuthClientProfile
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment OAuthClientProfile on OAuthClient {
  id
  name
  hint
  publicKeys
  permissions
  networks
  expiresAt
  tokenSeconds
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:dc63aadfa4c3f45b637e07aea529904b7f364d9ff6f2fb926a371ee7177fe9bd"}) as unknown as TypedDocumentString<OAuthClientsQuery, OAuthClientsQueryVariables>;
export const RevokeApiKeyDocument = new TypedDocumentString(`
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    __typename
    ...ApiKeyProfile
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment ApiKeyProfile on ApiKey {
  id
  name
  mode
  hint
  permissions
  networks
  expiresAt
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:8c14d9e7b981303f83f207e4db0dba864053d536ed894b8a20adbaff7c42d2e9"}) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const RevokeOAuthClientDocument = new TypedDocumentString(`
    mutation RevokeOAuthClient($input: RevokeOAuthClientInput!) {
  revokeOAuthClient(input: $input) {
    __typename
    ... on OAuthClient {
      ...OAuthClientProfile
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment OAuthClientProfile on OAuthClient {
  id
  name
  hint
  publicKeys
  permissions
  networks
  expiresAt
  tokenSeconds
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:1421debb610f153cfaa48e395f86e03e8135bbdca1af4af091c22a9e4bfb0fc9"}) as unknown as TypedDocumentString<RevokeOAuthClientMutation, RevokeOAuthClientMutationVariables>;
export const RotateApiKeyDocument = new TypedDocumentString(`
    mutation RotateApiKey($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    __typename
    ... on NewApiKey {
      secret
      apiKey {
        ...ApiKeyProfile
      }
    }
    ... on InvalidInput {
      field
    }
    ... on BeyondOwnRights {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment ApiKeyProfile on ApiKey {
  id
  name
  mode
  hint
  permissions
  networks
  expiresAt
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:5d3f1711158eb283e163b52f4a94f27a887cfeedc9045aef0b440638ea8e8b34"}) as unknown as TypedDocumentString<RotateApiKeyMutation, RotateApiKeyMutationVariables>;
export const RotateOAuthClientSecretDocument = new TypedDocumentString(`
    mutation RotateOAuthClientSecret($input: RotateOAuthClientSecretInput!) {
  rotateOAuthClientSecret(input: $input) {
    __typename
    ... on NewOAuthClient {
      secret
      client {
        ...OAuthClientProfile
      }
    }
    ... on InvalidInput {
      field
    }
    ... on BeyondOwnRights {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment OAuthClientProfile on OAuthClient {
  id
  name
  hint
  publicKeys
  permissions
  networks
  expiresAt
  tokenSeconds
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:a4456ccb62daedde040bcb87cbcfe4e3be9d5aeff5a1d5f3ba857a1af1ff58bd"}) as unknown as TypedDocumentString<RotateOAuthClientSecretMutation, RotateOAuthClientSecretMutationVariables>;
export const RoutesDocument = new TypedDocumentString(`
    query Routes {
  routes {
    id
    name
    enabled
    carrier {
      id
      name
    }
  }
}
    `, {"hash":"sha256:956a45fd67ce92bc6c118ce88f50b00bd43b46c88eda5c0a2ca3773399757600"}) as unknown as TypedDocumentString<RoutesQuery, RoutesQueryVariables>;
export const ServicesDocument = new TypedDocumentString(`
    query Services {
  services {
    ...ServiceProfile
  }
}
    fragment ServiceProfile on Service {
  id
  name
  isDefault
  createdAt
  settings {
    codeLength
    codeAlphabet
    ttlSeconds
    maxChecks
    maxSends
    sendWindowSeconds
    maxSendsPerDay
    coolDownSeconds
    coolDownFactor
    routing
    valueOfConversion
    resend
    lockAfterFailedChecks
    defaultCountry
    allowedCountries
    defaultLocale
    templates {
      locale
      text
    }
    smartEncoding
    sender
  }
}`, {"hash":"sha256:96d807224bed02af1d52e1767f720efb29ab5add2f25d843b9488ffc7e8844ee"}) as unknown as TypedDocumentString<ServicesQuery, ServicesQueryVariables>;
export const StartFollowedDocument = new TypedDocumentString(`
    mutation StartFollowed($input: StartVerificationInput!) {
  startVerification(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      sandboxCode
      messages(first: 100) {
        nodes {
          id
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    `, {"hash":"sha256:8cee02616fc6fad06275f11a5fe324d2f271b708aa4b7747ad65552042c90470"}) as unknown as TypedDocumentString<StartFollowedMutation, StartFollowedMutationVariables>;
export const StartVerificationDocument = new TypedDocumentString(`
    mutation StartVerification($input: StartVerificationInput!) {
  startVerification(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      to
      status
      checksLeft
      sendsLeft
      nextSendAt
      expiresAt
      clientToken
      sandboxCode
    }
    ... on Error {
      code
      message
      docUrl
    }
    ... on TooManySends {
      nextSendAt
    }
  }
}
    `, {"hash":"sha256:c9a8dbe894b4f49bcacdfc5d9446c8a6251ff446e65c0413668fee573c5a92a0"}) as unknown as TypedDocumentString<StartVerificationMutation, StartVerificationMutationVariables>;
export const TailEventsDocument = new TypedDocumentString(`
    subscription TailEvents($after: String) {
  accountEvents(after: $after) {
    __typename
    cursor
    version
    occurredAt
    mode
    verification {
      id
      to
      country
      status
      checksLeft
    }
    ... on MessageQueued {
      message {
        ...EventMessage
      }
    }
    ... on MessageSent {
      message {
        ...EventMessage
      }
    }
    ... on MessageDelivered {
      message {
        ...EventMessage
      }
    }
    ... on MessageUndelivered {
      message {
        ...EventMessage
      }
    }
    ... on MessageFailed {
      message {
        ...EventMessage
      }
    }
    ... on MessageExpired {
      message {
        ...EventMessage
      }
    }
  }
}
    fragment EventMessage on Message {
  id
  status
  sender
  segments
}`, {"hash":"sha256:c745a97f5fc1a9e9b1b9188ca44ace9a444637b92ee1054f49789af8888b0f10"}) as unknown as TypedDocumentString<TailEventsSubscription, TailEventsSubscriptionVariables>;
export const TryRouteDocument = new TypedDocumentString(`
    mutation TryRoute($input: TryRouteInput!) {
  tryRoute(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      to
      expiresAt
      messages(first: 100) {
        nodes {
          id
          pinnedRouteId
        }
      }
    }
    ... on Error {
      code
      message
      docUrl
    }
    ... on TooManySends {
      nextSendAt
    }
    ... on InvalidInput {
      field
    }
    ... on InvalidPhoneNumber {
      field
    }
  }
}
    `, {"hash":"sha256:7c0094399184991d04945f571758656b79875cb3df69163f052b7b695b3e75ef"}) as unknown as TypedDocumentString<TryRouteMutation, TryRouteMutationVariables>;
export const UnlockDestinationDocument = new TypedDocumentString(`
    mutation UnlockDestination($input: UnlockDestinationInput!) {
  unlockDestination(input: $input) {
    __typename
    ... on UnlockedDestination {
      wasLocked
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    `, {"hash":"sha256:04cecf48a128e49648f13dbc7240b77a436c2feae6b30c2f07774d53572b2a4f"}) as unknown as TypedDocumentString<UnlockDestinationMutation, UnlockDestinationMutationVariables>;
export const UpdateApiKeyDocument = new TypedDocumentString(`
    mutation UpdateApiKey($input: UpdateApiKeyInput!) {
  updateApiKey(input: $input) {
    __typename
    ...ApiKeyProfile
    ... on InvalidInput {
      field
    }
    ... on BeyondOwnRights {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment ApiKeyProfile on ApiKey {
  id
  name
  mode
  hint
  permissions
  networks
  expiresAt
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:ae5091f6e37cbf0f1d8daba215a0b105f3ba3102f4c80e949f10699750857c84"}) as unknown as TypedDocumentString<UpdateApiKeyMutation, UpdateApiKeyMutationVariables>;
export const UpdateCarrierDocument = new TypedDocumentString(`
    mutation UpdateCarrier($input: UpdateCarrierInput!) {
  updateCarrier(input: $input) {
    __typename
    ...CarrierProfile
    ... on InvalidInput {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment CarrierProfile on Carrier {
  id
  name
  enabled
  region
  senderRules
  config
  secrets
}`, {"hash":"sha256:6eb1d12428bad4a380528932850a490e40c8f4da749818738183ce4cb9d404eb"}) as unknown as TypedDocumentString<UpdateCarrierMutation, UpdateCarrierMutationVariables>;
export const UpdateOAuthClientDocument = new TypedDocumentString(`
    mutation UpdateOAuthClient($input: UpdateOAuthClientInput!) {
  updateOAuthClient(input: $input) {
    __typename
    ... on OAuthClient {
      ...OAuthClientProfile
    }
    ... on InvalidInput {
      field
    }
    ... on BeyondOwnRights {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment OAuthClientProfile on OAuthClient {
  id
  name
  hint
  publicKeys
  permissions
  networks
  expiresAt
  tokenSeconds
  previousEndsAt
  lastUsedAt
  createdBy {
    kind
    id
  }
  createdAt
  revokedAt
}`, {"hash":"sha256:3fab0f6db43c1de6472e36b26e90116f6d9005a3580e6fdd87634f9be3b5825d"}) as unknown as TypedDocumentString<UpdateOAuthClientMutation, UpdateOAuthClientMutationVariables>;
export const UpdateServiceDocument = new TypedDocumentString(`
    mutation UpdateService($input: UpdateServiceInput!) {
  updateService(input: $input) {
    __typename
    ...ServiceProfile
    ... on InvalidInput {
      field
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    fragment ServiceProfile on Service {
  id
  name
  isDefault
  createdAt
  settings {
    codeLength
    codeAlphabet
    ttlSeconds
    maxChecks
    maxSends
    sendWindowSeconds
    maxSendsPerDay
    coolDownSeconds
    coolDownFactor
    routing
    valueOfConversion
    resend
    lockAfterFailedChecks
    defaultCountry
    allowedCountries
    defaultLocale
    templates {
      locale
      text
    }
    smartEncoding
    sender
  }
}`, {"hash":"sha256:f08bd283096e9ecd49bc7472ea42f9e2eb87af670b2d13dddd0af3794a4a1d4a"}) as unknown as TypedDocumentString<UpdateServiceMutation, UpdateServiceMutationVariables>;
export const VerificationDocument = new TypedDocumentString(`
    query Verification($id: ID!) {
  verification(id: $id) {
    id
    mode
    to
    country
    channel
    status
    failureReason
    locale
    checksLeft
    sendsLeft
    nextSendAt
    createdAt
    expiresAt
    settledAt
    clientToken
    service {
      id
      name
    }
  }
}
    `, {"hash":"sha256:adee7eec5731bbe94e22e01250170763fdb3e89bc12bf5164121c4c436ab7759"}) as unknown as TypedDocumentString<VerificationQuery, VerificationQueryVariables>;
export const VerificationEventsDocument = new TypedDocumentString(`
    subscription VerificationEvents($verificationId: ID!, $after: String) {
  verificationEvents(verificationId: $verificationId, after: $after) {
    ...Event
  }
}
    fragment Event on VerificationEvent {
  __typename
  cursor
  version
  occurredAt
  mode
  verification {
    id
    status
    checksLeft
    sendsLeft
  }
  ... on MessageQueued {
    message {
      ...EventMessage
    }
  }
  ... on MessageSent {
    message {
      ...EventMessage
    }
  }
  ... on MessageDelivered {
    message {
      ...EventMessage
    }
  }
  ... on MessageUndelivered {
    message {
      ...EventMessage
    }
  }
  ... on MessageFailed {
    message {
      ...EventMessage
    }
  }
  ... on MessageExpired {
    message {
      ...EventMessage
    }
  }
}
fragment EventMessage on Message {
  id
  status
  sender
  segments
}`, {"hash":"sha256:2a9ea0d0ec021d4f6f05173dea254314531a08ae83785ab9c8e2ce4cf5f07ad2"}) as unknown as TypedDocumentString<VerificationEventsSubscription, VerificationEventsSubscriptionVariables>;
export const VerificationStatusDocument = new TypedDocumentString(`
    query VerificationStatus($id: ID!) {
  verification(id: $id) {
    status
  }
}
    `, {"hash":"sha256:67b2d7d84b9192ad5ded4516e042ee10f827f6deb66901aedd8827c073e398a4"}) as unknown as TypedDocumentString<VerificationStatusQuery, VerificationStatusQueryVariables>;
export const VerificationTraceDocument = new TypedDocumentString(`
    query VerificationTrace($first: Int!, $after: String, $messages: Int!) {
  verifications(first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      cursor
      node {
        id
        mode
        status
        service {
          name
        }
        messages(first: $messages) {
          edges {
            cursor
            node {
              ...MessageTrace
            }
          }
        }
      }
    }
  }
}
    fragment MessageTrace on Message {
  id
  verificationId
  mode
  status
  sender
  segments
  queuedAt
  sentAt
  deliveredAt
  settledAt
  failureReason
  attempts {
    id
    status
    isLateFailover
    latencyMs
    carrierMessageId
    route {
      id
      name
    }
    carrier {
      id
      name
    }
    error {
      code
      message
    }
    decision {
      route {
        id
        name
        carrier {
          name
        }
      }
      score
      excluded
      reasons {
        factor
        value
      }
    }
  }
}`, {"hash":"sha256:8fabbb1bc76a9fb558c666a3fafb00901dcf41c7413b551731af2e650ce255cb"}) as unknown as TypedDocumentString<VerificationTraceQuery, VerificationTraceQueryVariables>;
export const VerificationsDocument = new TypedDocumentString(`
    query Verifications($first: Int!, $after: String, $filter: VerificationFilter) {
  verifications(first: $first, after: $after, filter: $filter) {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      mode
      to
      status
      createdAt
      settledAt
    }
  }
}
    `, {"hash":"sha256:38ef8489c4d2b42335596f5e74c1569ae7c0c45e0241314cb47dca9d2c0e6a34"}) as unknown as TypedDocumentString<VerificationsQuery, VerificationsQueryVariables>;
export const WebhookRequestsDocument = new TypedDocumentString(`
    subscription WebhookRequests($after: String) {
  webhookRequests(after: $after) {
    cursor
    name
    mode
    verificationId
    body
  }
}
    `, {"hash":"sha256:cc742c4c84dd88a9cd1395e056e942ddafb6a3824a4ee482cb75ecdd2a5ab3b2"}) as unknown as TypedDocumentString<WebhookRequestsSubscription, WebhookRequestsSubscriptionVariables>;
export const WhoAmIDocument = new TypedDocumentString(`
    query WhoAmI {
  viewer {
    kind
    mode
    accountId
    apiKeyId
    permissions
    expiresAt
  }
}
    `, {"hash":"sha256:365c4b2b6bcf144dd3e1f963328bb7f89e7525e3a03c08a117ddb14723be8ab5"}) as unknown as TypedDocumentString<WhoAmIQuery, WhoAmIQueryVariables>;