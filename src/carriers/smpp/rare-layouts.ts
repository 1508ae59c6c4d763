import type { OctetReader, OctetWriter } from './octets.ts';
import type { AlertNotification, DataSm, Outbind } from './pdu.ts';
import { STATUS } from './status.ts';
import { readTlvs, writeTlvs } from './tlv.ts';

/** The bodies of PDUs that few carriers send and we never do, but that must be read without surprise. */
export function readOutbind(reader: OctetReader, sequence: number): Outbind {
  return {
    command: 'outbind',
    sequence,
    systemId: reader.cstring(16, STATUS.RINVSYSID),
    password: reader.cstring(9, STATUS.RINVPASWD),
  };
}

export function writeOutbind(writer: OctetWriter, pdu: Omit<Outbind, 'sequence'>): void {
  writer.cstring(pdu.systemId, 16);
  writer.cstring(pdu.password, 9);
}

export function readDataSm(reader: OctetReader, sequence: number): DataSm {
  return {
    command: 'data_sm',
    sequence,
    serviceType: reader.cstring(6, STATUS.RINVSERTYP),
    sourceAddrTon: reader.int8(),
    sourceAddrNpi: reader.int8(),
    sourceAddr: reader.cstring(65, STATUS.RINVSRCADR),
    destAddrTon: reader.int8(),
    destAddrNpi: reader.int8(),
    destinationAddr: reader.cstring(65, STATUS.RINVDSTADR),
    esmClass: reader.int8(),
    registeredDelivery: reader.int8(),
    dataCoding: reader.int8(),
    tlvs: readTlvs(reader),
  };
}

export function writeDataSm(writer: OctetWriter, pdu: Omit<DataSm, 'sequence'>): void {
  writer.cstring(pdu.serviceType, 6);
  writer.int8(pdu.sourceAddrTon);
  writer.int8(pdu.sourceAddrNpi);
  writer.cstring(pdu.sourceAddr, 65);
  writer.int8(pdu.destAddrTon);
  writer.int8(pdu.destAddrNpi);
  writer.cstring(pdu.destinationAddr, 65);
  writer.int8(pdu.esmClass);
  writer.int8(pdu.registeredDelivery);
  writer.int8(pdu.dataCoding);
  writeTlvs(writer, pdu.tlvs);
}

export function readAlert(reader: OctetReader, sequence: number): AlertNotification {
  return {
    command: 'alert_notification',
    sequence,
    sourceAddrTon: reader.int8(),
    sourceAddrNpi: reader.int8(),
    sourceAddr: reader.cstring(65, STATUS.RINVSRCADR),
    esmeAddrTon: reader.int8(),
    esmeAddrNpi: reader.int8(),
    esmeAddr: reader.cstring(65, STATUS.RINVDSTADR),
    tlvs: readTlvs(reader),
  };
}

export function writeAlert(writer: OctetWriter, pdu: Omit<AlertNotification, 'sequence'>): void {
  writer.int8(pdu.sourceAddrTon);
  writer.int8(pdu.sourceAddrNpi);
  writer.cstring(pdu.sourceAddr, 65);
  writer.int8(pdu.esmeAddrTon);
  writer.int8(pdu.esmeAddrNpi);
  writer.cstring(pdu.esmeAddr, 65);
  writeTlvs(writer, pdu.tlvs);
}
