import { describe, expect, test } from 'vitest';
import { changeSettings, type ServiceSettingsChange } from '../../src/services/input.ts';
import { ServiceSettings } from '../../src/services/settings.ts';

describe('settings that are made of several', () => {
  test('are changed one by one: what is absent stays, null goes back to the default', () => {
    const one = changeSettings({}, { retry: { maxAttempts: 3, capSeconds: 60 }, failover: { max: 0 } });
    const two = changeSettings(one, { retry: { maxAttempts: null, factor: 3 } });
    expect(two).toEqual({ retry: { capSeconds: 60, factor: 3 }, failover: { max: 0 } });
    expect(changeSettings(two, { retry: null, failover: null })).toEqual({});
    expect(ServiceSettings.parse(two).retry).toMatchObject({ maxAttempts: 6, capSeconds: 60, factor: 3 });
  });

  test('have defaults, each and together', () => {
    const { retry, failover, maxPrice } = ServiceSettings.parse({});
    expect({ retry, failover, maxPrice }).toEqual({
      retry: {
        maxAttempts: 6,
        baseSeconds: 0.5,
        factor: 2,
        capSeconds: 30,
        jitter: 0.5,
        unknownWaitSeconds: 5,
        routeWaitCapSeconds: 5,
        maxDoubts: 1,
      },
      failover: { max: 1, patience: 1.5, minSeconds: 10, maxShare: 0.45 },
      maxPrice: null,
    });
  });
});

test.each<[field: string, change: ServiceSettingsChange]>([
  ['settings.retry.maxAttempts', { retry: { maxAttempts: 0 } }],
  ['settings.retry.jitter', { retry: { jitter: 1.5 } }],
  ['settings.retry.capSeconds', { retry: { baseSeconds: 60, capSeconds: 10 } }],
  ['settings.retry.baseSeconds', { retry: { baseSeconds: Infinity } }],
  ['settings.failover.max', { failover: { max: -1 } }],
  ['settings.failover.maxShare', { failover: { maxShare: 1 } }],
  ['settings.maxPrice', { maxPrice: -0.01 }],
])('a setting that cannot be is refused by its name: %s', (field, change) => {
  expect(() => changeSettings({}, change)).toThrow(expect.objectContaining({ field }) as Error);
});
