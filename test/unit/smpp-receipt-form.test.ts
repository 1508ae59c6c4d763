import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { normaliseMessageId, type MessageIdForm } from '../../src/carriers/smpp/message-id.ts';
import { ReceiptForm } from '../../src/carriers/smpp/receipt-form.ts';
import { ReceiptIds } from '../../src/carriers/smpp/receipt-ids.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';

const [A, B, C] = ['+41790000001', '+41790000002', '+41790000003'];

/** How a carrier of each form writes its message number in answers and in receipts. */
const WRITE: Record<MessageIdForm, (id: bigint) => [answer: string, receipt: string]> = {
  same: (id) => [String(id), String(id)],
  decimalToHex: (id) => [id.toString(16).toUpperCase(), String(id)],
  hexToDecimal: (id) => [String(id), id.toString(16)],
};

const forms = fc.constantFrom<MessageIdForm>('same', 'decimalToHex', 'hexToDecimal');

/** A message that is submitted, answered and reported; the receipt may overtake the answer. */
interface Life {
  to: string;
  gap: number;
  receiptFirst: boolean;
  isReported: boolean;
  /** How many other messages begin before its answer comes, and then before its receipt. */
  answerAfter: number;
  receiptAfter: number;
}

const lives = (numbers: readonly string[]) =>
  fc.array(
    fc.record<Life>({
      to: fc.constantFrom(...numbers),
      gap: fc.integer({ min: 1, max: 9 }),
      receiptFirst: fc.boolean(),
      isReported: fc.boolean(),
      answerAfter: fc.integer({ min: 0, max: 4 }),
      receiptAfter: fc.integer({ min: 0, max: 4 }),
    }),
    { maxLength: 60 },
  );

/** Plays the lives in one order of events. @returns each receipt that was read, with what it should have been */
function play(form: MessageIdForm, first: bigint, story: readonly Life[], from: (to: string) => string) {
  const finder = new ReceiptForm();
  const read: { got: string; meant: string; isDecided: boolean }[] = [];
  const events = new Map<number, (() => void)[]>();
  const at = (turn: number, event: () => void) => events.set(turn, [...(events.get(turn) ?? []), event]);
  let id = first;
  story.forEach((life, turn) => {
    id += BigInt(life.gap);
    const [answer, receipt] = WRITE[form](id);
    let ticket = 0;
    at(turn, () => (ticket = finder.submitted(life.to)));
    const answered = () => {
      finder.accepted(answer, life.to);
      finder.answered(ticket);
    };
    const reported = () => {
      if (!life.isReported) return;
      const found = finder.reported(receipt, from(life.to));
      if (typeof found !== 'object') return;
      read.push({ got: found.id, meant: normaliseMessageId(answer), isDecided: finder.form !== undefined });
    };
    const [one, two] = life.receiptFirst ? [reported, answered] : [answered, reported];
    at(turn + life.answerAfter, one);
    at(turn + life.answerAfter + life.receiptAfter, two);
  });
  for (const turn of [...events.keys()].sort((a, b) => a - b)) for (const event of events.get(turn)!) event();
  return { finder, read };
}

describe('the form of receipts', () => {
  // Small numbers are the hard case: 16 is both a message of its own and what 10 is called in hex.
  test.each([
    ['counted from 1', fc.constant(0n)],
    ['anywhere', fc.bigInt({ min: 0n, max: 2n ** 64n })],
    ['around a power of ten', fc.integer({ min: 1, max: 12 }).map((power) => 10n ** BigInt(power) - 20n)],
  ])('is never taken for another, whatever overtakes what: ids %s', (_name, firstIds) => {
    const numbers = fc.constantFrom([A], [A, B], [A, B, C]);
    const stories = numbers.chain((those) =>
      fc.record({ form: forms, first: firstIds, story: lives(those) }),
    );
    fc.assert(
      fc.property(stories, ({ form, first, story }) => {
        const { finder, read } = play(form, first < 0n ? 0n : first, story, (to) => to.slice(1));
        for (const { got, meant } of read) expect(got).toBe(meant);
        expect([form, undefined]).toContain(finder.form);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is never taken for another where receipts name no number', () => {
    fc.assert(
      fc.property(
        forms,
        fc.bigInt({ min: 1_000_000n, max: 2n ** 64n }),
        lives([A, B, C]),
        (form, first, story) => {
          const { read } = play(form, first, story, () => '');
          for (const { got, meant } of read) expect(got).toBe(meant);
        },
      ),
    );
  });

  test.each<[MessageIdForm, bigint]>([
    ['same', 4_711_000_000n],
    ['decimalToHex', 4_711_000_000n],
    ['hexToDecimal', 4_711_000_000n],
    ['same', 1_234n],
  ])('%s is found out by the receipts of three messages', (form, first) => {
    const life = { to: A, gap: 1, receiptFirst: false, isReported: true, answerAfter: 0, receiptAfter: 0 };
    const { finder, read } = play(form, first, [life, life, life], (to) => to);
    expect(finder.form).toBe(form);
    expect(read).toHaveLength(3);
  });

  test('is not proven by one receipt that comes three times', () => {
    const finder = new ReceiptForm();
    finder.accepted('1000001', A);
    for (let i = 0; i < 5; i++) expect(finder.reported('1000001', A)).toEqual({ id: '1000001' });
    expect(finder.form).toBeUndefined();
  });

  test('is clear at once where ids are no numbers', () => {
    const finder = new ReceiptForm();
    finder.accepted('a-7f', A);
    expect(finder.form).toBe('same');
    expect(new ReceiptForm().reported('8c0f-1', '')).toEqual({ id: '8c0f-1' });
  });

  test('is not concluded from an answer without an id', () => {
    const finder = new ReceiptForm();
    finder.accepted('', A);
    expect(finder.form).toBeUndefined();
  });

  test('is clear where both sides have letters', () => {
    const finder = new ReceiptForm();
    finder.accepted('00FF', A);
    expect(finder.reported('0AB', B)).toEqual({ id: 'ab' });
    expect(finder.form).toBe('same');
  });

  test('a receipt for another number than the message of its id is not believed', () => {
    const finder = new ReceiptForm();
    finder.accepted('1000001', A);
    expect(finder.reported('1000001', B)).toBe('unknown');
    expect(finder.reported('1000001', A.slice(1).replace(/^41/, '0'))).toEqual({ id: '1000001' });
  });
});

describe('receipts of a form that is not known yet', () => {
  const receiptOf = (id: string, to: string) => ({
    esm_class: 0x04,
    source_addr: to.slice(1),
    short_message: `id:${id} stat:DELIVRD err:000`,
  });

  test('wait for the answer that they overtake, and are read by it', async () => {
    const answers: (() => void)[] = [];
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => answers.push(() => answer({ message_id: 'F4241' })),
    });
    await using link = await new TestCarrier(smsc.port, { receiptIdForm: 'auto' }).up();
    const outcome = link.submit({ to: A });
    await vi.waitUntil(() => answers.length === 1);
    const acknowledged = smsc.deliver(receiptOf('1000001', A));
    await smsc.deliver({ short_message: 'a message from a handset, behind it' });
    expect(link.receipts).toEqual([]);
    answers[0]!();
    expect(await outcome).toMatchObject({ carrierMessageId: 'f4241' });
    expect((await acknowledged).command_status).toBe(0);
    expect(link.receipts).toMatchObject([{ carrierMessageId: 'f4241' }]);
  });

  test('that no message here explains are asked for again, and the health says what to do', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      let now = 0;
      const ids = new ReceiptIds({ form: 'auto', memory: undefined, clock: () => now });
      const ask = async () => {
        const answer = ids.reported('1000001', A);
        await vi.advanceTimersByTimeAsync(10_000);
        return answer;
      };
      expect(await ask()).toBeUndefined();
      expect(ids.problem).toMatch(/set receiptIdForm/);
      now = 299_999;
      expect(await ask()).toBeUndefined();
      now = 300_000;
      // Then it is kept, under a name that no message has.
      expect(await ask()).toBe('1000001?');
      ids.accepted('x-1', A);
      expect(ids.problem).toBeUndefined();
      expect(await ask()).toBe('1000001');
    } finally {
      vi.useRealTimers();
    }
  });

  test('that nobody can read are refused on the wire, so that the carrier brings them again', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port, { receiptIdForm: 'auto' }).up();
    expect((await smsc.deliver(receiptOf('1000001', A))).command_status).toBe(0x64);
    expect(link.receipts).toEqual([]);
    expect(link.carrier.health()).toMatchObject({
      state: 'up',
      problem: expect.stringMatching(/set receiptIdForm/) as string,
    });
  });

  test('are not waited for by a carrier that is closing', async () => {
    const ids = new ReceiptIds({ form: 'auto', memory: undefined, clock: () => 0 });
    const held = ids.reported('1000001', A);
    ids.close();
    expect(await held).toBeUndefined();
    expect(await ids.reported('1000001', A)).toBeUndefined();
  });

  test('that are too many are refused at once, so that the link keeps reading our answers', async () => {
    const ids = new ReceiptIds({ form: 'auto', memory: undefined, clock: () => 0 });
    const held = Array.from({ length: 500 }, async (_, i) => ids.reported(String(1_000_000 + i), A));
    expect(await ids.reported('1000500', A)).toBeUndefined();
    ids.accepted('x-1', A);
    expect(await Promise.all(held)).toEqual(Array.from({ length: 500 }, (_, i) => String(1_000_000 + i)));
  });

  test('are read by what another process has found out, which is asked when it is needed', async () => {
    let stored: MessageIdForm | null = null;
    const memory = {
      read: () => Promise.resolve(stored),
      write: (form: MessageIdForm) => {
        stored = form;
        return Promise.resolve();
      },
    };
    const clock = Date.now;
    const one = new ReceiptIds({ form: 'auto', memory, clock });
    const two = new ReceiptIds({ form: 'auto', memory, clock });
    await Promise.resolve();
    const asked = two.reported('1000009', A);
    for (const id of [1_000_001, 1_000_002, 1_000_003]) {
      one.accepted(id.toString(16), B);
      expect(one.reported(String(id), B)).toBe(id.toString(16));
    }
    expect(stored).toBe('decimalToHex');
    expect(await asked).toBe((1_000_009).toString(16));
    const three = new ReceiptIds({ form: 'auto', memory, clock });
    expect(await three.reported('1000009', A)).toBe((1_000_009).toString(16));
  });
});
