import type { OctetReader, OctetWriter } from './octets.ts';
import type { Bare, BareResp, Bind, BindResp, Command, MessageResp, PduOf, ShortMessage } from './pdu.ts';
import { OctetError } from './octets.ts';
import { readAlert, readDataSm, readOutbind, writeAlert, writeDataSm, writeOutbind } from './rare-layouts.ts';
import { STATUS } from './status.ts';
import { NO_TLVS, readTlvs, writeTlvs, type Tlvs } from './tlv.ts';

/** How one PDU looks on the wire, behind its header. */
export interface Layout<P extends { sequence: number }> {
  id: number;
  read(reader: OctetReader, sequence: number, status: number): P;
  write(writer: OctetWriter, pdu: Omit<P, 'sequence'>): void;
}

// SMPP v3.4 allows 65 octets, NUL included; ids of 65 characters exist.
const MESSAGE_ID_OCTETS = 66;

/** command_id (SMPP v3.4 §5.1.2.1) and body (§4) of every PDU. */
export const LAYOUTS: { readonly [C in Command]: Layout<PduOf<C>> } = {
  bind_receiver: bind(0x01, 'bind_receiver'),
  bind_receiver_resp: bindResp(0x80000001, 'bind_receiver_resp'),
  bind_transmitter: bind(0x02, 'bind_transmitter'),
  bind_transmitter_resp: bindResp(0x80000002, 'bind_transmitter_resp'),
  bind_transceiver: bind(0x09, 'bind_transceiver'),
  bind_transceiver_resp: bindResp(0x80000009, 'bind_transceiver_resp'),
  outbind: { id: 0x0b, read: readOutbind, write: writeOutbind },
  unbind: bare(0x06, 'unbind'),
  unbind_resp: bareResp(0x80000006, 'unbind_resp'),
  submit_sm: shortMessage(0x04, 'submit_sm'),
  submit_sm_resp: messageResp(0x80000004, 'submit_sm_resp'),
  deliver_sm: shortMessage(0x05, 'deliver_sm'),
  deliver_sm_resp: messageResp(0x80000005, 'deliver_sm_resp'),
  data_sm: { id: 0x0103, read: readDataSm, write: writeDataSm },
  data_sm_resp: messageResp(0x80000103, 'data_sm_resp'),
  enquire_link: bare(0x15, 'enquire_link'),
  enquire_link_resp: bareResp(0x80000015, 'enquire_link_resp'),
  alert_notification: { id: 0x0102, read: readAlert, write: writeAlert },
  generic_nack: bareResp(0x80000000, 'generic_nack'),
};

function bind<C extends Bind['command']>(id: number, command: C): Layout<Bind<C>> {
  return {
    id,
    read: (reader, sequence) => ({
      command,
      sequence,
      systemId: reader.cstring(16, STATUS.RINVSYSID),
      password: reader.cstring(9, STATUS.RINVPASWD),
      systemType: reader.cstring(13, STATUS.RINVSYSTYP),
      interfaceVersion: reader.int8(),
      addrTon: reader.int8(),
      addrNpi: reader.int8(),
      addressRange: reader.cstring(41, STATUS.RBINDFAIL),
    }),
    write(writer, pdu) {
      writer.cstring(pdu.systemId, 16);
      writer.cstring(pdu.password, 9);
      writer.cstring(pdu.systemType, 13);
      writer.int8(pdu.interfaceVersion);
      writer.int8(pdu.addrTon);
      writer.int8(pdu.addrNpi);
      writer.cstring(pdu.addressRange, 41);
    },
  };
}

function bindResp<C extends BindResp['command']>(id: number, command: C): Layout<BindResp<C>> {
  return {
    id,
    read(reader, sequence, status) {
      // An SMSC that refuses sends no body (§4.1.2).
      if (status !== STATUS.ROK && reader.left === 0) {
        return { command, sequence, status, systemId: '', tlvs: NO_TLVS };
      }
      const systemId = reader.cstring(16, STATUS.RINVSYSID);
      return { command, sequence, status, systemId, tlvs: readTlvs(reader) };
    },
    write(writer, { status, systemId, tlvs }) {
      if (isBodiless(status, systemId, tlvs)) return;
      writer.cstring(systemId, 16);
      writeTlvs(writer, tlvs);
    },
  };
}

function shortMessage<C extends ShortMessage['command']>(id: number, command: C): Layout<ShortMessage<C>> {
  return {
    id,
    read: (reader, sequence) => ({
      command,
      sequence,
      serviceType: reader.cstring(6, STATUS.RINVSERTYP),
      sourceAddrTon: reader.int8(),
      sourceAddrNpi: reader.int8(),
      sourceAddr: reader.cstring(21, STATUS.RINVSRCADR),
      destAddrTon: reader.int8(),
      destAddrNpi: reader.int8(),
      destinationAddr: reader.cstring(21, STATUS.RINVDSTADR),
      esmClass: reader.int8(),
      protocolId: reader.int8(),
      priorityFlag: reader.int8(),
      scheduleDeliveryTime: reader.cstring(17, STATUS.RINVSCHED),
      validityPeriod: reader.cstring(17, STATUS.RINVEXPIRY),
      registeredDelivery: reader.int8(),
      replaceIfPresentFlag: reader.int8(),
      dataCoding: reader.int8(),
      smDefaultMsgId: reader.int8(),
      shortMessage: readText(reader),
      tlvs: readTlvs(reader),
    }),
    write(writer, pdu) {
      writer.cstring(pdu.serviceType, 6);
      writer.int8(pdu.sourceAddrTon);
      writer.int8(pdu.sourceAddrNpi);
      writer.cstring(pdu.sourceAddr, 21);
      writer.int8(pdu.destAddrTon);
      writer.int8(pdu.destAddrNpi);
      writer.cstring(pdu.destinationAddr, 21);
      writer.int8(pdu.esmClass);
      writer.int8(pdu.protocolId);
      writer.int8(pdu.priorityFlag);
      writer.cstring(pdu.scheduleDeliveryTime, 17);
      writer.cstring(pdu.validityPeriod, 17);
      writer.int8(pdu.registeredDelivery);
      writer.int8(pdu.replaceIfPresentFlag);
      writer.int8(pdu.dataCoding);
      writer.int8(pdu.smDefaultMsgId);
      if (pdu.shortMessage.length > 254) throw new RangeError('a short message has at most 254 octets');
      writer.int8(pdu.shortMessage.length);
      writer.octets(pdu.shortMessage);
      writeTlvs(writer, pdu.tlvs);
    },
  };
}

function readText(reader: OctetReader): Buffer {
  const length = reader.int8();
  if (length > 254) throw new OctetError(STATUS.RINVMSGLEN, `sm_length is ${length}, past 254`);
  if (length > reader.left) throw new OctetError(STATUS.RINVMSGLEN, `sm_length ${length} exceeds its PDU`);
  return reader.octets(length);
}

function messageResp<C extends MessageResp['command']>(id: number, command: C): Layout<MessageResp<C>> {
  // deliver_sm_resp carries no id (§4.6.2: "unused, set to NULL"), and many peers leave out its NUL as well.
  const mayLackBody = command === 'deliver_sm_resp';
  return {
    id,
    read(reader, sequence, status) {
      if (reader.left === 0 && (status !== STATUS.ROK || mayLackBody)) {
        return { command, sequence, status, messageId: '', tlvs: NO_TLVS };
      }
      const messageId = reader.cstring(MESSAGE_ID_OCTETS, STATUS.RINVMSGID);
      return { command, sequence, status, messageId, tlvs: readTlvs(reader) };
    },
    write(writer, { status, messageId, tlvs }) {
      if (isBodiless(status, messageId, tlvs)) return;
      writer.cstring(messageId, MESSAGE_ID_OCTETS);
      writeTlvs(writer, tlvs);
    },
  };
}

function isBodiless(status: number, field: string, tlvs: Tlvs): boolean {
  return status !== STATUS.ROK && field === '' && Object.keys(tlvs).length === 0;
}

function bare<C extends Bare['command']>(id: number, command: C): Layout<Bare<C>> {
  return { id, read: (_reader, sequence) => ({ command, sequence }), write() {} };
}

function bareResp<C extends BareResp['command']>(id: number, command: C): Layout<BareResp<C>> {
  return { id, read: (_reader, sequence, status) => ({ command, sequence, status }), write() {} };
}
