import { expect, test } from 'vitest';
import type { Tx } from '../../src/db/client.ts';
import { lockDestinationsOf } from '../../src/verifications/destinations.ts';
import { createTestApp, createWaitingAccount } from '../support/app.ts';
import { createNumbers, start } from '../support/verifying.ts';

/** A transaction that tells the plan of each statement it is sent. */
function explaining(tx: Tx, plans: Promise<string>[]): Tx {
  const unsafe: Tx['unsafe'] = (statement, params, options) => {
    const explained = tx.unsafe<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${statement}`, params).execute();
    plans.push(explained.then((rows) => rows.map((row) => row['QUERY PLAN']).join('\n')));
    return tx.unsafe(statement, params, options);
  };
  return { unsafe } as Tx;
}

// By a part of its key all destinations of the account, or of the service, would be looked at: 70 → 4,000 µs
// of the database per check with 4,000 of them.
test('a check finds the destination of its verification by the whole key', async () => {
  await using running = await createTestApp({ ROLES: 'api' });
  const { app } = running;
  const who = await createWaitingAccount(app);
  const aNumber = createNumbers(8_800_000);
  const all = await Promise.all(Array.from({ length: 200 }, () => start(app, who, aNumber())));
  const keys = [{ accountId: who.accountId, id: all[0]!.id }];
  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await app.sql`ANALYZE`;
    const plans: Promise<string>[] = [];
    const found = await app.sql.begin((tx) => lockDestinationsOf(explaining(tx, plans), keys));
    expect(found).toHaveLength(1);
    const [plan] = await Promise.all(plans);
    const [, condition] = /using destinations_pkey on destinations.*\n\s*Index Cond: (.*)/.exec(plan!) ?? [
      plan,
    ];
    for (const column of ['account_id', 'service_id', 'destination'])
      expect(condition, `analyzed: ${isAnalyzed}`).toContain(`(${column} = `);
  }
});
