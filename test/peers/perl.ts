import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { until } from '../support/until.ts';

type Line = Record<string, string | number>;

/** One of the Perl peers, with all that it has printed. */
class PerlPeer implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly complaints: string[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<unknown>;

  constructor(script: string, ...args: string[]) {
    const path = fileURLToPath(new URL(`perl/${script}`, import.meta.url));
    this.#child = spawn('perl', [path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    createInterface(this.#child.stdout).on('line', (line) => this.lines.push(line));
    createInterface(this.#child.stderr).on('line', (line) => this.complaints.push(line));
  }

  write(step: object): void {
    this.#child.stdin.write(`${JSON.stringify(step)}\n`);
  }

  /** Its standard input ends; settles when it has, too. */
  async finish(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  pdus(command: string): Line[] {
    return this.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line)
      .filter((pdu) => pdu.command === command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
  }
}

const hexOf = (text: string, encoding: 'latin1' | 'utf16le') => {
  const octets = Buffer.from(text, encoding);
  return (encoding === 'utf16le' ? octets.swap16() : octets).toString('hex');
};

/** A Net::SMPP client sends over the simulator, and reads what comes back. */
export async function perlClientAgainstSimulator(): Promise<string> {
  await using simulator = await createSimulator({ smppPort: 0, httpPort: 0, profiles: { perl: 'instant' } });
  await using esme = new PerlPeer('esme.pl', String(simulator.smppPort));
  const to = { destination_addr: '385911234567', dest_addr_ton: 1, dest_addr_npi: 1 };
  const from = { source_addr: 'Perl', source_addr_ton: 5, registered_delivery: 1 };
  const submit = (fields: object, hex: Record<string, string>) => {
    esme.write({ send: 'submit_sm', fields: { ...to, ...from, ...fields }, hex });
    esme.write({ await: 'submit_sm_resp' });
  };
  esme.write({
    send: 'bind_transceiver',
    fields: { system_id: 'perl', password: 'x', interface_version: 0x34 },
  });
  esme.write({ await: 'bind_transceiver_resp' });
  esme.write({ send: 'enquire_link' });
  esme.write({ await: 'enquire_link_resp' });
  const long = 'A long text of two parts. '.repeat(7);
  submit({ validity_period: '000000001000000R' }, { short_message: hexOf('123456 from Perl', 'latin1') });
  submit({ data_coding: 8 }, { short_message: hexOf('Ваш код 654321', 'utf16le') });
  submit({}, { message_payload: hexOf('789012 in the payload', 'latin1') });
  submit({ esm_class: 0x40 }, { short_message: `050003630201${hexOf(long.slice(0, 100), 'latin1')}` });
  submit({ esm_class: 0x40 }, { short_message: `050003630202${hexOf(long.slice(100), 'latin1')}` });
  submit({ destination_addr: 'nobody' }, { short_message: '31' });
  esme.write({ send: 'query_sm', fields: { message_id: '1', source_addr: 'Perl' } });
  esme.write({ await: 'generic_nack' });
  await until(() => esme.pdus('generic_nack').length === 1, { what: 'generic_nack', timeoutMs: 10_000 });
  while (esme.pdus('deliver_sm').length < 5) {
    esme.write({ await: 'deliver_sm' });
    const before = esme.pdus('deliver_sm').length;
    await until(() => esme.pdus('deliver_sm').length > before, { what: 'a receipt', timeoutMs: 10_000 });
  }
  esme.write({ send: 'unbind' });
  esme.write({ await: 'unbind_resp' });
  await esme.finish();

  const texts = simulator.handsets.messages('+385911234567');
  assert.deepEqual(
    texts.map((it) => it.text),
    ['123456 from Perl', 'Ваш код 654321', '789012 in the payload', long],
  );
  assert.ok(texts.every((it) => it.from === 'Perl'));
  const [bound] = esme.pdus('bind_transceiver_resp');
  assert.equal(bound!.status, 0);
  const answers = esme.pdus('submit_sm_resp');
  assert.deepEqual(
    answers.map((it) => it.status),
    [0, 0, 0, 0, 0, 0x0b],
  );
  const receipts = esme.pdus('deliver_sm');
  const ids = answers.slice(0, 5).map((it) => it.message_id);
  assert.deepEqual(
    receipts.map((it) => String(it.receipted_message_id).replace(/\0$/, '')).sort(),
    ids.sort(),
  );
  for (const receipt of receipts) {
    assert.equal(receipt.esm_class, 0x04);
    assert.equal(receipt.source_addr, '385911234567');
    assert.equal(receipt.destination_addr, 'Perl');
    assert.equal(String(receipt.message_state).charCodeAt(0), 2);
    assert.match(
      Buffer.from(String(receipt.short_message), 'hex').toString(),
      /^id:\d+ sub:001 dlvrd:001 .* stat:DELIVRD err:000 text:/,
    );
  }
  assert.equal(esme.pdus('generic_nack')[0]!.status, 0x03);
  assert.equal(esme.pdus('unbind_resp').length, 1);
  assert.deepEqual(
    esme.complaints.filter((line) => !/premature eof/.test(line)),
    [],
  );
  return `${answers.length} submits, ${receipts.length} receipts, query_sm refused, unbound`;
}

/** Our client sends over a Net::SMPP server. */
export async function clientAgainstPerlServer(): Promise<string> {
  await using smsc = new PerlPeer('smsc.pl');
  const port = Number(await until(() => smsc.lines[0], { what: 'the port of the Perl SMSC' }));
  await using link = await new TestCarrier(port, {
    vendorTlvs: [{ tag: 0x1400, value: Buffer.from('1101234567890') }],
    systemType: 'otp',
  }).up();
  const texts = ['123456 is your code [€]', 'Ваш код 123456', 'x'.repeat(200)];
  const outcomes = await Promise.all(texts.map((text) => link.submit({ text })));
  assert.deepEqual(
    outcomes.map((it) => it.kind === 'accepted' && [it.carrierMessageId, it.segments, it.parts?.others]),
    [
      ['a1', 1, undefined],
      ['a2', 1, undefined],
      ['a3', 2, ['a4']],
    ],
  );
  assert.deepEqual(await link.submit({ to: '+41790000009' }), {
    kind: 'rejected',
    error: { code: '0x0000000b', message: 'invalid destination address' },
    retry: 'never',
  });
  await until(() => link.receipts.length === 4 && smsc.pdus('deliver_sm_resp').length === 4, {
    what: 'receipts',
  });
  await link.carrier.close(1_000);
  await smsc.finish();

  assert.deepEqual(
    link.receipts.map((it) => [it.carrierMessageId, it.state]),
    [
      ['a1', 'delivered'],
      ['a2', 'delivered'],
      ['a3', 'delivered'],
      ['a4', 'delivered'],
    ],
  );
  assert.deepEqual(
    smsc.pdus('deliver_sm_resp').map((it) => it.status),
    [0, 0, 0, 0],
  );
  assert.equal(smsc.pdus('enquire_link_resp').length, 1);
  const [bind] = smsc.pdus('bind_transceiver');
  assert.deepEqual(
    [bind!.system_id, bind!.password, bind!.system_type, bind!.interface_version],
    ['otpost', 'secret', 'otp', 0x34],
  );
  const submits = smsc.pdus('submit_sm');
  const octets = submits.map((it) => Buffer.from(String(it.short_message), 'hex'));
  assert.equal(octets[0]!.toString('latin1'), '123456 is your code \x1b<\x1be\x1b>');
  assert.equal(Buffer.from(octets[1]!).swap16().toString('utf16le'), texts[1]);
  assert.equal(Buffer.concat(octets.slice(2, 4).map((part) => part.subarray(6))).toString(), texts[2]);
  for (const submit of submits) {
    assert.deepEqual([submit.source_addr, submit.source_addr_ton, submit.dest_addr_ton], ['Otpost', 5, 1]);
    assert.match(String(submit.validity_period), /^000000000\d{3}000R$|^0000000010\d{5}R$/);
    assert.equal(Buffer.from(String(submit['5120']), 'hex').toString(), '1101234567890');
  }
  assert.equal(smsc.pdus('unbind').length, 1);
  return `${submits.length} submits, ${link.receipts.length} receipts, unbound`;
}
