import { INTERFACE_VERSIONS, type SmppCarrierConfig } from './config.ts';
import type { SmppCarrierOptions } from './options.ts';
import type { BindMode } from './session.ts';
import { outgoingTlv } from './vendor-tlvs.ts';

/** What a configuration asks of the links, in the terms of the carrier. */
export function linkOptions(
  config: SmppCarrierConfig,
): Omit<SmppCarrierOptions, 'id' | 'name' | 'networks' | 'password' | 'numberMark'> {
  const {
    kind: _,
    version,
    bindMode,
    bindCount,
    receiverCount,
    throughput,
    tls,
    enquireLinkMs,
    ...more
  } = config;
  const { sourceTon, sourceNpi, destinationTon, destinationNpi, statusOverrides, tlvs, ...rest } = more;
  return {
    ...rest,
    interfaceVersion: INTERFACE_VERSIONS[version],
    binds: bindModes(bindMode, bindCount, receiverCount),
    enquireLink: { intervalMs: enquireLinkMs, missLimit: 2 },
    source: { ton: sourceTon, npi: sourceNpi },
    destination: { ton: destinationTon, npi: destinationNpi },
    statusOverrides: Object.fromEntries(
      statusOverrides.map((override) => [parseInt(override.status, 16), override.class]),
    ),
    vendorTlvs: tlvs.map(outgoingTlv),
    ...(throughput !== null && { throughput }),
    ...(tls !== null && { tls }),
  };
}

function bindModes(
  mode: SmppCarrierConfig['bindMode'],
  count: number,
  receivers: number,
): readonly BindMode[] {
  const times = (many: number, one: BindMode) => Array<BindMode>(many).fill(one);
  switch (mode) {
    case 'transceiver':
      return times(count, 'transceiver');
    case 'transmitterReceiver':
      return [...times(count, 'transmitter'), ...times(receivers, 'receiver')];
    default:
      throw new Error(`unhandled bind mode: ${mode satisfies never}`);
  }
}
