import { NO_TLVS, type Tlvs } from './tlv.ts';

/**
 * The PDUs of SMPP v3.4 that this product speaks. Field names are those of the specification in
 * camelCase; C-octet strings are strings of Latin-1 characters without their NUL; octets that come
 * out of the decoder are views into the received frame, so whoever keeps them must copy them.
 */
export type Pdu = Request | Notice | Response;

export type Request =
  | Bind<'bind_receiver'>
  | Bind<'bind_transmitter'>
  | Bind<'bind_transceiver'>
  | SubmitSm
  | DeliverSm
  | DataSm
  | Bare<'unbind'>
  | Bare<'enquire_link'>;

/** PDUs that nobody answers (SMPP v3.4 §4.1.7, §4.12). */
export type Notice = Outbind | AlertNotification;

export type Response =
  | BindResp<'bind_receiver_resp'>
  | BindResp<'bind_transmitter_resp'>
  | BindResp<'bind_transceiver_resp'>
  | SubmitSmResp
  | DeliverSmResp
  | DataSmResp
  | BareResp<'unbind_resp'>
  | BareResp<'enquire_link_resp'>
  | GenericNack;

export type SubmitSm = ShortMessage<'submit_sm'>;
export type DeliverSm = ShortMessage<'deliver_sm'>;
export type SubmitSmResp = MessageResp<'submit_sm_resp'>;
export type DeliverSmResp = MessageResp<'deliver_sm_resp'>;
export type DataSmResp = MessageResp<'data_sm_resp'>;
export type GenericNack = BareResp<'generic_nack'>;

export type BindCommand = 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver';
type MessageRespCommand = 'submit_sm_resp' | 'deliver_sm_resp' | 'data_sm_resp';
type BareRespCommand = 'unbind_resp' | 'enquire_link_resp' | 'generic_nack';

export type Command = Pdu['command'];
export type RequestCommand = Request['command'];
export type PduOf<C extends Command> = Extract<Pdu, { command: C }>;
export type ResponseOf<C extends RequestCommand> = PduOf<`${C}_resp`>;

/** A PDU before the connection gives it its sequence number. */
export type Unsequenced<P extends Pdu> = P extends Pdu ? Omit<P, 'sequence'> : never;

/** §4.1 */
export interface Bind<C extends BindCommand = BindCommand> {
  command: C;
  sequence: number;
  systemId: string;
  password: string;
  systemType: string;
  /** 0x34 for v3.4. */
  interfaceVersion: number;
  addrTon: number;
  addrNpi: number;
  addressRange: string;
}

/** §4.1.2; answers with a status other than 0 may come without a body, their fields are then empty. */
export interface BindResp<C extends `${BindCommand}_resp` = `${BindCommand}_resp`> {
  command: C;
  sequence: number;
  status: number;
  systemId: string;
  tlvs: Tlvs;
}

interface Addressed {
  serviceType: string;
  sourceAddrTon: number;
  sourceAddrNpi: number;
  sourceAddr: string;
  destAddrTon: number;
  destAddrNpi: number;
  destinationAddr: string;
}

/** §4.4.1, §4.6.1 */
export interface ShortMessage<
  C extends 'submit_sm' | 'deliver_sm' = 'submit_sm' | 'deliver_sm',
> extends Addressed {
  command: C;
  sequence: number;
  esmClass: number;
  protocolId: number;
  priorityFlag: number;
  scheduleDeliveryTime: string;
  validityPeriod: string;
  registeredDelivery: number;
  replaceIfPresentFlag: number;
  dataCoding: number;
  smDefaultMsgId: number;
  /** At most 254 octets; longer ones travel in the TLV `messagePayload`. */
  shortMessage: Buffer;
  tlvs: Tlvs;
}

/** §4.7.1 */
export interface DataSm extends Addressed {
  command: 'data_sm';
  sequence: number;
  esmClass: number;
  registeredDelivery: number;
  dataCoding: number;
  tlvs: Tlvs;
}

/** §4.4.2, §4.6.2, §4.7.2 */
export interface MessageResp<C extends MessageRespCommand = MessageRespCommand> {
  command: C;
  sequence: number;
  status: number;
  messageId: string;
  tlvs: Tlvs;
}

/** §4.1.7 */
export interface Outbind {
  command: 'outbind';
  sequence: number;
  systemId: string;
  password: string;
}

/** §4.12.1 */
export interface AlertNotification {
  command: 'alert_notification';
  sequence: number;
  sourceAddrTon: number;
  sourceAddrNpi: number;
  sourceAddr: string;
  esmeAddrTon: number;
  esmeAddrNpi: number;
  esmeAddr: string;
  tlvs: Tlvs;
}

/** §4.2.1, §4.11.1 */
export interface Bare<C extends 'unbind' | 'enquire_link' = 'unbind' | 'enquire_link'> {
  command: C;
  sequence: number;
}

/** §4.2.2, §4.3.1, §4.11.2 */
export interface BareResp<C extends BareRespCommand = BareRespCommand> {
  command: C;
  sequence: number;
  status: number;
}

/** A short message in which every field that is not given is zero or empty. */
export function shortMessage<C extends 'submit_sm' | 'deliver_sm'>(
  command: C,
  fields: Partial<Omit<ShortMessage<C>, 'command' | 'sequence'>>,
): Omit<ShortMessage<C>, 'sequence'> {
  return {
    command,
    serviceType: '',
    sourceAddrTon: 0,
    sourceAddrNpi: 0,
    sourceAddr: '',
    destAddrTon: 0,
    destAddrNpi: 0,
    destinationAddr: '',
    esmClass: 0,
    protocolId: 0,
    priorityFlag: 0,
    scheduleDeliveryTime: '',
    validityPeriod: '',
    registeredDelivery: 0,
    replaceIfPresentFlag: 0,
    dataCoding: 0,
    smDefaultMsgId: 0,
    shortMessage: Buffer.alloc(0),
    tlvs: NO_TLVS,
    ...fields,
  };
}

/** The answer to a request with all its fields empty: complete for refusals, a start for the others. */
export function answerTo(request: Pick<Request, 'command'>, status: number): Unsequenced<Response> {
  switch (request.command) {
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return { command: `${request.command}_resp`, status, systemId: '', tlvs: NO_TLVS };
    case 'submit_sm':
    case 'deliver_sm':
    case 'data_sm':
      return { command: `${request.command}_resp`, status, messageId: '', tlvs: NO_TLVS };
    case 'unbind':
    case 'enquire_link':
      return { command: `${request.command}_resp`, status };
    default:
      throw new Error(`unhandled request: ${request.command satisfies never}`);
  }
}
