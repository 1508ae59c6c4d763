import { expect, test } from 'vitest';
import { newId } from '../../src/crypto/new-id.ts';
import type { ClaimedMessage } from '../../src/messages/claim.ts';
import { newMessage } from '../../src/messages/store.ts';
import { createWaitingRoom } from '../../src/messages/waiting-room.ts';
import type { Resolution } from '../../src/numbers/resolution.ts';
import { until } from '../support/until.ts';

const NOW = 1_000_000;
const TOLD: Resolution = { country: 'HR', confidence: 0, lineType: 'mobile', source: 'prefix' };

function claimed(leaseUntil = NOW + 6_000): ClaimedMessage {
  const message = newMessage({ accountId: newId('acc'), id: newId('vrf'), mode: 'live' }, NOW);
  return { ...message, dueAt: new Date(leaseUntil), wasDueAt: new Date(NOW), isFirst: true };
}

/** A waiting room, and how often it has said that somebody can leave. */
function open() {
  const counted = { ready: 0 };
  return { counted, room: createWaitingRoom(() => void counted.ready++) };
}

test('messages leave when they are told of, each once, and count as long as they are in', async () => {
  const { room, counted } = open();
  const [first, second] = [claimed(), claimed()];
  const lookup = Promise.withResolvers<Resolution>();
  room.add([
    { message: first, resolution: lookup.promise },
    { message: second, resolution: Promise.resolve(TOLD) },
  ]);
  expect(room.leave(NOW).messages).toEqual([]);
  await until(() => counted.ready === 1);
  expect(room.size).toBe(2);
  expect(room.leave(NOW)).toEqual({ messages: [second], told: new Map([[second.id, TOLD]]) });
  expect(room.size).toBe(1);
  lookup.resolve(TOLD);
  await until(() => counted.ready === 2);
  expect(room.leave(NOW).messages).toEqual([first]);
  expect(room.leave(NOW).messages).toEqual([]);
  expect(room.size).toBe(0);
});

test('a message whose lease has ended meanwhile is another worker’s, and does not leave', async () => {
  const { room, counted } = open();
  room.add([{ message: claimed(NOW + 100), resolution: Promise.resolve(TOLD) }]);
  await until(() => counted.ready === 1);
  expect(room.leave(NOW + 100)).toEqual({ messages: [], told: new Map() });
  expect(room.size).toBe(0);
});
