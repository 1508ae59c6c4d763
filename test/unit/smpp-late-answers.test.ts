import { describe, expect, test } from 'vitest';
import type { SubmitOutcome } from '../../src/carriers/carrier.ts';
import { LateAnswers } from '../../src/carriers/smpp/late-answers.ts';
import type { Response } from '../../src/carriers/smpp/pdu.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { until } from '../support/until.ts';

type Answer = (fields: Record<string, unknown>) => void;

/** A carrier that keeps its answers back until the test gives them. */
async function heldBack(): Promise<{ smsc: ForeignSmsc; held: Answer[] }> {
  const held: Answer[] = [];
  return { smsc: await ForeignSmsc.start({ onSubmit: (_pdu, answer) => held.push(answer) }), held };
}

/** Whatever was answered before is read by then: one more message goes out and has its answer, in time or late. */
async function allRead(link: TestCarrier, held: Answer[]): Promise<void> {
  const before = held.length;
  const known = new Promise<void>((resolve) => {
    void link.submit({}, () => resolve()).then((it) => it.kind === 'unknown' || resolve());
  });
  await until(() => held.length > before);
  held.at(-1)!({ message_id: 'last' });
  await known;
}

describe('an answer behind its deadline', () => {
  test('is told with its outcome, once, and takes no place in the window meanwhile', async () => {
    const { smsc, held } = await heldBack();
    await using _smsc = smsc;
    await using link = await new TestCarrier(smsc.port, { responseTimeoutMs: 30 }).up();
    const late: SubmitOutcome[] = [];
    expect(await link.submit({}, (it) => late.push(it))).toMatchObject({ kind: 'unknown' });
    expect(link.carrier.freeWindow()).toBe(10);
    held[0]!({ message_id: '00A1' });
    held[0]!({ message_id: '00A2' });
    await allRead(link, held);
    expect(late).toEqual([{ kind: 'accepted', carrierMessageId: 'a1', segments: 1 }]);
  });

  test('tells a refusal as what it is', async () => {
    const { smsc, held } = await heldBack();
    await using _smsc = smsc;
    await using link = await new TestCarrier(smsc.port, { responseTimeoutMs: 30 }).up();
    const late: SubmitOutcome[] = [];
    await Promise.all([1, 2].map(() => link.submit({}, (it) => late.push(it))));
    held[0]!({ command_status: 0x0b });
    held[1]!({ command_status: 0x58 });
    await until(() => late.length === 2);
    expect(late).toMatchObject([
      { kind: 'rejected', error: { code: '0x0000000b' }, retry: 'never' },
      { kind: 'throttled' },
    ]);
    expect(link.carrier.health().problem).toMatch(/^throttled/);
  });

  test('of a long message counts when the last segment has its own, under the id of the first', async () => {
    const { smsc, held } = await heldBack();
    await using _smsc = smsc;
    await using link = await new TestCarrier(smsc.port, { responseTimeoutMs: 60 }).up();
    const late: SubmitOutcome[] = [];
    const outcome = link.submit({ text: 'x'.repeat(400) }, (it) => late.push(it));
    await until(() => held.length === 3);
    held[1]!({ message_id: '2' });
    // In time or not: the other two are missing.
    expect(await outcome).toMatchObject({ kind: 'unknown' });
    held[2]!({ message_id: '3' });
    await allRead(link, held);
    expect(late).toEqual([]);
    held[0]!({ message_id: '1' });
    await until(() => late.length > 0);
    const parts = { others: ['2', '3'], receipts: 'auto' };
    expect(late).toEqual([{ kind: 'accepted', carrierMessageId: '1', segments: 3, parts }]);
  });

  test('of a link that died meanwhile is waited for no more', async () => {
    const { smsc, held } = await heldBack();
    await using _smsc = smsc;
    await using link = await new TestCarrier(smsc.port, { responseTimeoutMs: 30 }).up();
    const late: SubmitOutcome[] = [];
    await link.submit({}, (it) => late.push(it));
    for (const session of smsc.sessions) session.destroy();
    await until(() => smsc.count('bind_transceiver') === 2);
    await link.up();
    held[0]!({ message_id: '1' });
    await allRead(link, held);
    expect(late).toEqual([]);
  });
});

describe('what is remembered of one link', () => {
  const MINUTE = 60_000;
  const answer = (sequence: number): Response => ({ command: 'enquire_link_resp', status: 0, sequence });

  test('is the newest thousand', () => {
    const late = new LateAnswers();
    const heard: number[] = [];
    for (let i = 1; i <= 5_000; i++) late.remember(i, { hear: () => heard.push(i) }, 0);
    expect(late.size).toBe(1_000);
    for (let i = 1; i <= 5_000; i++) late.settle(answer(i), 0);
    expect(heard).toEqual(Array.from({ length: 1_000 }, (_, i) => 4_001 + i));
    expect(late.size).toBe(0);
  });

  test('is forgotten after ten minutes', () => {
    const late = new LateAnswers();
    const heard: number[] = [];
    for (const at of [0, 5, 10, 15]) late.remember(at, { hear: () => heard.push(at) }, at * MINUTE);
    expect(late.size).toBe(2);
    for (const at of [0, 5, 10, 15]) late.settle(answer(at), 20 * MINUTE);
    expect(heard).toEqual([15]);
  });
});
