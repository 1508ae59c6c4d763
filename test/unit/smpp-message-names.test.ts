import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseMessageId as normalise } from '../../src/carriers/smpp/message-id.ts';
import { MessageNames } from '../../src/carriers/message-names.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { until } from '../support/until.ts';

const [A, B, C] = ['+41790000001', '+41790000002', '+41790000003'];
const markOf = (number: string) => `m${number.slice(-1)}`;
const unique = () => new MessageNames({ ids: 'unique', markOf, normalise });
const repeated = () => new MessageNames({ ids: 'repeated', markOf, normalise });

describe('the name of a message', () => {
  test("is the carrier's id while that is one number's own, whatever number the receipt gives", () => {
    const names = unique();
    expect(names.accepted('00A1', A)).toBe('a1');
    expect(names.accepted('a2', B)).toBe('a2');
    expect(names.accepted('A1', A)).toBe('a1');
    expect(names.reported('a1', '')).toBe('a1');
    expect(names.reported('a1', 'Otpost')).toBe('a1');
    expect(names.problem).toBeUndefined();
  });

  test('has the number in it from the second number on; the first one keeps its own', () => {
    const names = unique();
    expect([A, B, C, A].map((number) => names.accepted('1', number))).toEqual(['1', '1#m2', '1#m3', '1']);
    expect([C, B, A].map((number) => names.reported('1', number.slice(1)))).toEqual(['1#m3', '1#m2', '1']);
    expect(names.problem).toBe(
      'gives the same message id to several numbers: set messageIds of this carrier to "repeated"',
    );
  });

  test('that a receipt does not say matches nothing, and the health tells of it', () => {
    const names = unique();
    names.accepted('1', A);
    names.accepted('1', B);
    for (const from of ['', 'Otpost', '12']) expect(names.reported('1', from)).toBe('1#');
    expect(names.problem).toMatch(/; receipts name neither one message nor a number, and match nothing$/);
  });

  test('has the number in it from the first message on where that is configured, and that is no problem', () => {
    const names = repeated();
    expect(names.accepted('1', A)).toBe('1#m1');
    expect(names.reported('1', A)).toBe('1#m1');
    expect(names.reported('7', B.slice(1))).toBe('7#m2');
    expect(names.problem).toBeUndefined();
  });

  test('of an id that comes back after a thousand others is bare again: nothing waits for the old one', () => {
    const names = unique();
    names.accepted('1', A);
    for (let i = 0; i < 1_000; i++) names.accepted(`x${i}`, B);
    expect(names.accepted('1', C)).toBe('1');
    expect(names.problem).toBeUndefined();
  });
});

test('every receipt behind its answer finds its message, and no other number’s, whatever ids are given', () => {
  const numbers = fc.integer({ min: 0, max: 9 }).map((digit) => `+4179000000${digit}`);
  const ids = fc.constantFrom('1', '2', '3');
  const steps = fc.array(fc.record({ to: numbers, id: ids, isReported: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (submits) => {
      const names = unique();
      const numberOf = new Map<string, string>();
      const open: { name: string; id: string; to: string }[] = [];
      for (const { to, id, isReported } of submits) {
        const name = names.accepted(id, to);
        expect(numberOf.get(name) ?? to).toBe(to);
        numberOf.set(name, to);
        open.push({ name, id, to });
        if (!isReported) continue;
        for (const one of open.splice(0)) expect(names.reported(one.id, one.to)).toBe(one.name);
      }
    }),
  );
});

test('a carrier with one id for all messages has each receipt told by its number', async () => {
  await using smsc = await ForeignSmsc.start({ onSubmit: (_pdu, answer) => answer({ message_id: '0' }) });
  await using link = await new TestCarrier(smsc.port).up();
  const accepted = await Promise.all([A, B].map((to) => link.submit({ to })));
  const names = accepted.map((it) => it.kind === 'accepted' && it.carrierMessageId);
  expect(names).toEqual(['0', `0#mark of ${B}`]);
  for (const number of [B, A]) await smsc.deliver(receiptOf(number));
  expect(link.receipts.map(({ carrierMessageId }) => carrierMessageId)).toEqual([names[1], names[0]]);
  expect(link.carrier.health()).toMatchObject({
    state: 'up',
    problem: expect.stringMatching(/"repeated"$/) as string,
  });
});

test('receipts that are read together with the first answers are each told by its number, too', async () => {
  const answers: (() => void)[] = [];
  await using smsc = await ForeignSmsc.start({
    onSubmit: (_pdu, answer) => {
      answers.push(() => answer({ message_id: '0' }));
      if (answers.length < 2) return;
      // In one turn of this process, which is the reader's as well: all is in one piece when it reads.
      for (const give of answers) give();
      for (const number of [B, A]) void smsc.deliver(receiptOf(number));
    },
  });
  await using link = await new TestCarrier(smsc.port).up();
  const accepted = await Promise.all([A, B].map((to) => link.submit({ to })));
  const names = accepted.map((it) => it.kind === 'accepted' && it.carrierMessageId);
  await until(() => link.receipts.length === 2);
  expect(link.receipts.map(({ carrierMessageId }) => carrierMessageId)).toEqual([names[1], names[0]]);
});

function receiptOf(number: string) {
  const message = 'id:0 stat:DELIVRD err:000';
  return { esm_class: 0x04, source_addr: number.slice(1), short_message: { message } };
}
