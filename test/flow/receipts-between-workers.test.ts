import { expect, test } from 'vitest';
import { uuidOf } from '../../src/ids.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import { attemptsOf, createNumbers, start } from '../support/verifying.ts';

test('two workers on one carrier read the receipts of each other’s messages, in a form that nobody told them', async () => {
  await using one = await createTestApp({ ROLES: 'worker,simulator' });
  await using _two = await createTestApp({
    ROLES: 'worker',
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    DATABASE_URL: one.databaseUrl,
  });
  const { app } = one;
  const who = await createTestAccount(app);
  // Of several receivers the carrier takes the next one for each receipt, whoever sent the message.
  const { id } = await createCarriers(app)(
    who,
    { profile: 'hexIds', receiptMs: [0, 60] },
    { bindMode: 'transmitterReceiver', bindCount: 2, receiverCount: 2, throughput: 200 },
  );
  const aNumber = createNumbers(6_000_000);
  const sent = await Promise.all(Array.from({ length: 60 }, () => start(app, who, aNumber())));
  await until(async () => {
    const [row] = await app.sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM messages
        WHERE account_id = ${uuidOf(who.accountId)} AND status = 'delivered'`;
    return row!.count === sent.length;
  });
  for (const v of sent) expect(await attemptsOf(app, v)).toMatchObject([{ status: 'delivered' }]);
  const [carrier] = await app.sql<{ form: string }[]>`
    SELECT receipt_id_form AS form FROM carriers WHERE id = ${uuidOf(id)}`;
  expect(carrier!.form).toBe('decimalToHex');
});
