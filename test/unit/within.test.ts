import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { within } from '../../src/within.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('what is waited for in time', () => {
  test('is what it comes to, and no timer is left behind', async () => {
    await expect(within(1_000, Promise.resolve('here'))).resolves.toBe('here');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is undefined when it comes too late, and what becomes of it then disturbs nobody', async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    const answer = within(1_000, promise);
    vi.advanceTimersByTime(1_000);
    await expect(answer).resolves.toBeUndefined();
    reject(new Error('too late to be heard'));
  });

  test('fails as it fails, and no timer is left behind', async () => {
    await expect(within(1_000, Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(vi.getTimerCount()).toBe(0);
  });
});
