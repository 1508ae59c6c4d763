import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { subscribeToOutcomes, type Outcome } from '../../src/bus/outcomes.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { inboundCodeOf, inboundNumberOf } from '../../src/inbound/shown-code.ts';
import type { CarrierId } from '../../src/ids.ts';
import { readUnseen } from '../../src/messages/sighting-queries.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import { codeOf, createNumbers, happened, start, stateOf } from '../support/verifying.ts';

const aNumber = createNumbers(8_500_001);
const OURS = '+385991234567';

let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' });
  app = main.app;
  connect = createCarriers(app);
});
afterAll(() => main[Symbol.asyncDispose]());

/** An account whose only carrier refuses every message for good. */
async function createWorld(
  channels: ('sms' | 'inbound_sms')[],
): Promise<{ who: Principal; carrierId: CarrierId }> {
  const who = await createTestAccount(app, { channels, coolDownSeconds: 0 });
  const { id: carrierId } = await connect(who, { profile: 'rejecting', refusalStatus: 0x0b });
  return { who, carrierId };
}

test('a verification whose messages came to nothing goes on over the next channel, and is approved there', async () => {
  const { who, carrierId } = await createWorld(['sms', 'inbound_sms']);
  await addInboundNumber(app, who, { carrierId, number: OURS });
  const to = aNumber();
  const v = await start(app, who, to);
  const history = await happened(app, v, 'ChannelChanged');
  expect(history).toEqual(['VerificationStarted', 'MessageQueued', 'MessageFailed', 'ChannelChanged']);
  const now = await stateOf(app, v);
  expect(now).toMatchObject({ status: 'pending', channel: 'inbound_sms' });
  expect(await inboundNumberOf(app, now)).toBe(OURS);
  const text = (await inboundCodeOf(app, now))!;
  await receiveInbound(app, who.accountId, { carrierId, from: to, to: OURS, text, receivedAt: new Date() });
  expect(await stateOf(app, v)).toMatchObject({ status: 'approved' });
});

test('the code that was sent stays good for typing: it may have arrived after all', async () => {
  const { who, carrierId } = await createWorld(['sms', 'inbound_sms']);
  await addInboundNumber(app, who, { carrierId, number: OURS });
  const v = await start(app, who, aNumber());
  await happened(app, v, 'ChannelChanged');
  const code = await codeOf(app, v);
  expect(await checkVerification(app, who, { verificationId: v.id, code })).toMatchObject({
    status: 'approved',
  });
});

test.each([
  ['no next channel', ['sms'] as const, true],
  ['no number to text', ['sms', 'inbound_sms'] as const, false],
])('with %s it fails as ever', async (_what, channels, hasNumber) => {
  const { who, carrierId } = await createWorld([...channels]);
  if (hasNumber) await addInboundNumber(app, who, { carrierId, number: OURS });
  const v = await start(app, who, aNumber());
  const history = await happened(app, v, 'VerificationFailed');
  expect(history).not.toContain('ChannelChanged');
  expect(await stateOf(app, v)).toMatchObject({
    status: 'failed',
    failureReason: 'undeliverable',
    channel: 'sms',
  });
});

test('routes earn nothing by what came in over another channel, and lose nothing by an opt-out', async () => {
  const { who, carrierId } = await createWorld(['sms', 'inbound_sms']);
  await addInboundNumber(app, who, { carrierId, number: OURS });
  const outcomes: Outcome[] = [];
  const unsubscribe = await subscribeToOutcomes(app.bus, {
    onOutcome: (outcome) => void outcomes.push(outcome),
    onResync: () => undefined,
  });
  const text = (from: string, said: string) =>
    receiveInbound(app, who.accountId, { carrierId, from, to: OURS, text: said, receivedAt: new Date() });
  const [a, b] = [aNumber(), aNumber()];
  const cameIn = await start(app, who, a);
  await happened(app, cameIn, 'ChannelChanged');
  await text(a, (await inboundCodeOf(app, await stateOf(app, cameIn)))!);
  expect(await stateOf(app, cameIn)).toMatchObject({ status: 'approved' });

  const sends = await createTestAccount(app);
  const { id: otherCarrier } = await connect(sends, 'blackhole');
  const optedOut = await start(app, sends, b);
  const stop = { carrierId: otherCarrier, from: b, to: '12345', text: 'STOP', receivedAt: new Date() };
  await receiveInbound(app, sends.accountId, stop);
  const typed = await start(app, sends, aNumber());
  await checkVerification(app, sends, { verificationId: typed.id, code: await codeOf(app, typed) });

  const kindsOf = ({ id }: { id: string }, from: readonly Outcome[]) =>
    from
      .filter((one) => one.verificationId === id && /converted|abandoned/.test(one.kind))
      .map(({ kind }) => kind);
  await until(() => kindsOf(typed, outcomes).length > 0);
  unsubscribe();
  const keys = [cameIn, optedOut, typed].map(({ accountId, id: verificationId }) => ({
    accountId,
    verificationId,
  }));
  const caughtUp: Outcome[] = [];
  for await (const outcome of readUnseen(app, keys)) caughtUp.push(outcome);
  for (const heard of [outcomes, caughtUp]) {
    expect(kindsOf(cameIn, heard)).toEqual([]);
    expect(kindsOf(optedOut, heard)).toEqual(['abandoned']);
    expect(kindsOf(typed, heard)).toEqual(['converted']);
  }
});
