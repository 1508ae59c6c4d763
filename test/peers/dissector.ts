import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { encodePdu } from '../../src/carriers/smpp/codec.ts';
import { LAYOUTS } from '../../src/carriers/smpp/layouts.ts';
import { submitPdus } from '../../src/carriers/smpp/outgoing.ts';
import type { Command, Pdu } from '../../src/carriers/smpp/pdu.ts';
import { STATUS } from '../../src/carriers/smpp/status.ts';
import { TLVS, type TlvName, type Tlvs } from '../../src/carriers/smpp/tlv.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { PROFILES } from '../../src/simulator/profile.ts';
import { readSubmit, receiptPdu } from '../../src/simulator/short-messages.ts';
import { arbitraryOf } from '../support/smpp-arbitraries.ts';
import { writeCapture } from './capture.ts';

const PORT = 2_775;
const SAMPLES = 40;

/** A layer as tshark prints it: fields by name, trees inside. */
interface Fields {
  [name: string]: string | string[] | Fields | Fields[] | undefined;
}
type Layers = { smpp?: Fields } & Fields;

/** Every kind of PDU, with every kind of field and TLV, and what our carrier really sends. */
export async function dissectorAgrees(): Promise<string> {
  const any = (Object.keys(LAYOUTS) as Command[]).flatMap((command) =>
    fc.sample(arbitraryOf(command), { numRuns: SAMPLES, seed: 34 }).map(presentable),
  );
  const seen = await dissect(any);
  assert.equal(seen.length, any.length);
  for (const [index, pdu] of any.entries()) {
    try {
      compare(pdu, seen[index]!.smpp);
    } catch (error) {
      throw new Error(`${pdu.command}: ours ${inspect(pdu)}, seen ${inspect(seen[index]!.smpp)}`, {
        cause: error,
      });
    }
  }
  const tlvs = new Set(any.flatMap((pdu) => ('tlvs' in pdu ? Object.keys(pdu.tlvs) : [])));
  assert.equal([...tlvs].filter((name) => name !== 'other').length, Object.keys(TLVS).length);
  const real = await realTraffic();
  const configured = await configuredTraffic();
  return `${any.length} PDUs of ${Object.keys(LAYOUTS).length} kinds with ${tlvs.size - 1} TLVs; ${real}; ${configured}`;
}

const inspect = (it: unknown) => JSON.stringify(it);

/** Text that every tool prints alike, times that are times, and no body where the specification has none. */
function presentable(pdu: Pdu): Pdu {
  const plain = Object.entries(pdu).map(([name, value]: [string, unknown]): [string, unknown] => {
    if (name === 'scheduleDeliveryTime') return [name, ''];
    if (name === 'validityPeriod') return [name, '000000001000000R'];
    // A text that is no text of its data coding would be held for malformed, as would a header that is none.
    if (name === 'dataCoding') return [name, 4];
    if (name === 'esmClass') return [name, Number(value) & ~0x40];
    // The dissector takes nothing for SMPP whose status the specification does not name.
    if (name === 'status')
      return [name, hasBody(pdu) ? 0 : KNOWN_STATUS[Number(value) % KNOWN_STATUS.length]];
    if (name === 'replaceIfPresentFlag') return [name, Number(value) & 1];
    if (name === 'tlvs') return [name, mapStrings(value as Tlvs)];
    return [name, typeof value === 'string' && name !== 'command' ? ascii(value) : value];
  });
  return Object.fromEntries(plain) as Record<string, unknown> as unknown as Pdu;
}

const KNOWN_STATUS = Object.values(STATUS);
const hasBody = (pdu: Pdu) => 'messageId' in pdu || 'systemId' in pdu;
const ascii = (text: string) => text.replace(/[^!-~]/g, 'x');
const mapStrings = (tlvs: Tlvs) =>
  Object.fromEntries(Object.entries(tlvs).map(([k, v]) => [k, typeof v === 'string' ? ascii(v) : v]));

async function dissect(pdus: readonly Pdu[]): Promise<Layers[]> {
  const folder = await mkdtemp(join(tmpdir(), 'otpost-peers-'));
  try {
    const path = join(folder, 'capture.pcap');
    await writeCapture(path, PORT, pdus.map(encodePdu));
    const { stdout, stderr, status } = spawnSync(
      'tshark',
      ['-r', path, '-d', `tcp.port==${PORT},smpp`, '-T', 'json', '--no-duplicate-keys'],
      { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, TZ: 'UTC' } },
    );
    if (status !== 0) throw new Error(stderr);
    const packets = JSON.parse(stdout) as { _source: { layers: Layers } }[];
    return packets.map((packet) => packet._source.layers);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Where the dissector's name is not ours with underscores.
const NAMES: Readonly<Record<string, string>> = {
  sequence: 'sequence_number',
  status: 'command_status',
  scInterfaceVersion: 'SC_interface_version',
};
// Shown in parts, or told by their length alone.
const IN_PARTS: readonly string[] = [
  'msMsgWaitFacilities',
  'callbackNumPresInd',
  'callbackNumAtag',
  'callbackNum',
  'networkErrorCode',
  'itsSessionInfo',
  'alertOnMessageDelivery',
];

const nameOf = (field: string) =>
  `smpp.${NAMES[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

function compare(pdu: Pdu, smpp: Fields | undefined): void {
  assert.ok(smpp, 'not seen as SMPP');
  assert.equal(Number(smpp['smpp.command_id']), LAYOUTS[pdu.command].id);
  assert.equal(Number(smpp['smpp.command_length']), encodePdu(pdu).length);
  for (const [field, value] of Object.entries(pdu) as [string, unknown][]) {
    switch (field) {
      case 'command':
      case 'scheduleDeliveryTime':
        break;
      case 'tlvs':
        compareTlvs(value as Tlvs, smpp);
        break;
      case 'validityPeriod':
        assert.equal(Number(smpp['smpp.validity_period_r']), 600);
        break;
      case 'esmClass': {
        const esm: number[] = ['msg_mode', 'msg_type', 'features'].map((part) =>
          Number(smpp[`smpp.esm.submit.${part}`]),
        );
        assert.deepEqual(esm, [Number(value) & 3, (Number(value) >> 2) & 0xf, Number(value) >> 6], field);
        break;
      }
      case 'registeredDelivery': {
        const parts: number[] = ['receipt', 'acks', 'notif'].map((part) =>
          Number(smpp[`smpp.regdel.${part}`]),
        );
        assert.deepEqual(
          parts,
          [Number(value) & 3, (Number(value) >> 2) & 3, (Number(value) >> 4) & 1],
          field,
        );
        break;
      }
      case 'shortMessage':
        assert.equal(Number(smpp['smpp.sm_length']), (value as Buffer).length);
        if ((value as Buffer).length > 0) assertValue(smpp['smpp.message'], value, field);
        break;
      default:
        assertValue(smpp[nameOf(field)], value, field);
    }
  }
}

function compareTlvs(tlvs: Tlvs, smpp: Fields): void {
  const shown = (smpp['smpp.opt_params'] as Fields | undefined)?.['smpp.opt_param'] ?? [];
  const params = (Array.isArray(shown) ? shown : [shown]) as Fields[];
  const expected = Object.entries(tlvs).flatMap(([name, value]) =>
    name === 'other' ? [] : [{ name, tag: TLVS[name as TlvName].tag, value }],
  );
  const raw = (tlvs.other ?? []).map(({ tag, value }) => ({
    name: 'vendorOp',
    tag,
    value,
  }));
  assert.equal(params.length, expected.length + raw.length, 'number of TLVs');
  for (const [index, { name, tag, value }] of [...expected, ...raw].entries()) {
    const param = params[index]!;
    assert.equal(Number(param['smpp.opt_param_tag']), tag, name);
    if (value instanceof Buffer) assert.equal(Number(param['smpp.opt_param_len']), value.length, name);
    if (IN_PARTS.includes(name) || (value instanceof Buffer && value.length === 0)) continue;
    assertValue(param[nameOf(name)], value, name);
  }
}

function assertValue(shown: unknown, value: unknown, field: string): void {
  // An empty text has no line of its own.
  if (value === '' && (shown === undefined || shown === '(Default)')) return;
  assert.equal(typeof shown, 'string', `${field} is not shown`);
  if (typeof value === 'number') assert.equal(Number(shown), value, field);
  else if (value instanceof Buffer)
    assert.equal(String(shown).replaceAll(':', ''), value.toString('hex'), field);
  else assert.equal(shown, value, field);
}

/** Messages as our carrier writes them, and a receipt as the simulator does. */
async function realTraffic(): Promise<string> {
  const texts = ['123456 is your code [€]', 'Ваш код 123456', 'x'.repeat(200), 'Ваш код 123456. '.repeat(6)];
  const submits = texts.flatMap((text, index) => {
    const message = {
      attemptId: newId('att'),
      to: '+41790000000',
      sender: 'Otpost',
      text,
      expiresAt: new Date(600_000),
    };
    const pdus = submitPdus(message, {
      ...{ now: 0, reference: index + 1, alphabet: 'gsm', dataCoding: 0, validity: 'relative' },
      ...{ source: {}, destination: {}, vendorTlvs: [] },
    });
    assert.ok(Array.isArray(pdus));
    return pdus;
  });
  const ids = { response: '12', receipt: '12' };
  const submitted = readSubmit({ ...submits[0]!, sequence: 1 }, PROFILES.normal, '+41790000000', 0);
  const receipt = receiptPdu(submitted, ids, { afterMs: 0, stat: 'UNDELIV', err: 31 }, 60_000);
  const layers = await dissect([...submits, receipt].map((pdu, index) => ({ ...pdu, sequence: index + 1 })));
  const [gsm, ucs2, , gsmEnd, , ucs2End, report] = layers;
  assert.equal(
    hexOf(gsm!.smpp!['smpp.message']),
    Buffer.from('123456 is your code \x1b<\x1be\x1b>').toString('hex'),
  );
  assert.equal(ucs2!.smpp!['smpp.message_text'], texts[1]);
  // Both long texts are put together again from their parts, by their reference.
  const whole = [gsmEnd, ucs2End].map((layer) => find(layer, 'gsm_sms_ud.reassembled.length'));
  assert.deepEqual(whole, ['200', String(2 * texts[3]!.length)]);
  const smpp = report!.smpp!;
  assert.equal(find(smpp, 'smpp.receipted_message_id'), '12');
  assert.equal(find(smpp, 'smpp.message_state'), '5');
  assert.match(Buffer.from(hexOf(smpp['smpp.message']), 'hex').toString(), /^id:12 .* stat:UNDELIV err:031 /);
  return `GSM, UCS-2, both in parts, and a receipt`;
}

/** What an operator can set of a carrier: vendor TLVs, another alphabet, absolute validity, ton and npi. */
async function configuredTraffic(): Promise<string> {
  const now = Date.UTC(2026, 0, 31, 23, 55);
  const expiresAt = new Date(now + 600_000);
  const text = '123456 für señor Ångström';
  const templateId = Buffer.from('1107160000000012345');
  const message = { attemptId: newId('att'), to: '+919812345678', sender: 'Otpost', text, expiresAt };
  const pdus = submitPdus(message, {
    ...{ now, reference: 1, alphabet: 'latin1', dataCoding: 3, validity: 'absolute' },
    ...{ source: { ton: 5, npi: 9 }, destination: { ton: 2, npi: 8 } },
    vendorTlvs: [
      { tag: 0x1400, value: Buffer.from('1101234567890123456') },
      { tag: 0x1401, value: templateId },
    ],
  });
  assert.ok(Array.isArray(pdus));
  const [layers] = await dissect(pdus.map((pdu) => ({ ...pdu, sequence: 1 })));
  const smpp = layers!.smpp!;
  const numbers = ['data_coding', 'source_addr_ton', 'source_addr_npi', 'dest_addr_ton', 'dest_addr_npi'];
  assert.deepEqual(
    numbers.map((field) => Number(smpp[`smpp.${field}`])),
    [3, 5, 9, 2, 8],
  );
  assert.equal(smpp['smpp.message_text'], text);
  assert.equal(Date.parse(String(find(smpp, 'smpp.validity_period'))), expiresAt.getTime());
  compareTlvs(pdus[0]!.tlvs, smpp);
  return 'Latin 1 with absolute validity, ton and npi of its own and two vendor TLVs';
}

const hexOf = (shown: unknown) => String(shown).replaceAll(':', '');

function find(tree: unknown, name: string): unknown {
  if (typeof tree !== 'object' || tree === null) return undefined;
  if (name in tree) return (tree as Fields)[name];
  for (const branch of Object.values(tree)) {
    const found = find(branch, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
