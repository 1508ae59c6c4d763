import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findAccount } from '../../src/accounts/find-account.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import { createTestAccount, createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { createCaller } from '../support/graphql.ts';
import { runToEnd } from '../support/processes.ts';

// Two installations of one program, as docs/deployment.md has them: each with its own database and keys.

const ownKeys = () => `k1:${randomBytes(32).toString('base64')}`;
const ENV = { EU: ownKeys(), US: ownKeys() };
let eu: TestApp;
let us: TestApp;
beforeAll(async () => {
  eu = await createTestApp({ ROLES: 'api', REGION: 'EU', OTPOST_KEYS: ENV.EU });
  us = await createTestApp({ ROLES: 'api', REGION: 'US', OTPOST_KEYS: ENV.US });
});
afterAll(async () => {
  await us[Symbol.asyncDispose]();
  await eu[Symbol.asyncDispose]();
});

const SET = `mutation ($residency: String) {
  setResidency(input: { residency: $residency }) { __typename ... on Account { residency } ... on Error { code } } }`;

describe('an installation in a region', () => {
  test('has its accounts there, and lets none of them go elsewhere', async () => {
    for (const [{ app }, region, other] of [
      [eu, 'EU', 'US'],
      [us, 'US', 'EU'],
    ] as const) {
      const who = await createWaitingAccount(app);
      const caller = await createCaller(app, who);
      expect((await findAccount(app, who.accountId)).residency).toBe(region);
      for (const residency of [other, null])
        expect((await caller.ask(SET, { residency })).data!.setResidency).toEqual({
          __typename: 'AccountOutsideRegion',
          code: 'account/outside_region',
        });
      const { data } = await caller.ask(SET, { residency: region });
      expect(data!.setResidency).toEqual({ __typename: 'Account', residency: region });
    }
  });

  test('does not start on the data of another one, whatever keys it is given', async () => {
    await createTestAccount(eu.app);
    const refusal = async (env: Record<string, string>) => {
      const { ended, lines } = await runToEnd({
        entry: 'src/main.ts',
        env: { ROLES: 'api', PORT: '0', DATABASE_URL: eu.databaseUrl, ...env },
      });
      expect([ended, lines.length], lines.join('\n')).toEqual([1, 1]);
      return lines[0];
    };
    expect(await refusal({ REGION: 'US', OTPOST_KEYS: ENV.EU })).toMatch(
      /^otpost: REGION is US, but accounts of this database are to stay in EU\. Check DATABASE_URL/,
    );
    expect(await refusal({ REGION: 'EU', OTPOST_KEYS: ENV.US })).toMatch(
      /^otpost: The key "k1" of OTPOST_KEYS/,
    );
  });

  test('that does not say where it is lets its accounts choose', async () => {
    await using anywhere = await createTestApp({ ROLES: 'api' });
    const { app } = anywhere;
    const who = await createTestAccount(app);
    expect((await findAccount(app, who.accountId)).residency).toBeNull();
    expect((await setResidency(app, who, 'EU')).residency).toBe('EU');
    expect((await setResidency(app, who, null)).residency).toBeNull();
  });
});
