import { createBacklog, drained, keepFull } from '../delivery/backlog.ts';
import { MAX_OPEN } from '../delivery/sustained.ts';
import type { OtpostProcess } from '../ground/otpost.ts';
import type { Platform } from '../ground/platform.ts';
import { send, type Load } from '../load/load.ts';

/** Starts as many as come through for some seconds, and sees all of them to their end. @returns how many */
export async function deliver(
  account: Platform,
  api: OtpostProcess,
  load: Load,
  seconds: number,
): Promise<number> {
  const backlog = createBacklog(account);
  const stopping = new AbortController();
  const starts = { kind: 'start', firstNumber: account.numbers.take(1_000_000) } as const;
  const sending = send(load, api, account, starts, seconds, { kind: 'allowed' });
  const feeding = keepFull(backlog, MAX_OPEN, (count) => load.ask.allow(count), stopping.signal);
  const { accepted } = await sending.finally(() => stopping.abort());
  await feeding;
  await drained(backlog);
  return accepted;
}
