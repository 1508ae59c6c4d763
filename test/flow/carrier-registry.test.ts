import { expect, test } from 'vitest';
import { CarrierConfig } from '../../src/carriers/config.ts';
import { carriers } from '../../src/carriers/table.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { connectSimulated, createTestAccount, createTestApp } from '../support/app.ts';
import { received, start } from '../support/verifying.ts';

test('a carrier that cannot be opened keeps no other from its work', async () => {
  await using running = await createTestApp({ ROLES: 'worker,simulator' });
  const { app } = running;
  const who = await createTestAccount(app);
  await app.db.insert(carriers).values({
    accountId: who.accountId,
    id: newId('car'),
    name: 'broken',
    config: CarrierConfig.parse({ kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'broken' }),
    secretsSealed: Buffer.from('sealed by nobody'),
    createdAt: new Date(),
  });
  await connectSimulated(app, who, ['instant']);
  await start(app, who, '+385911234567');
  expect(await received(app, '+385911234567')).toHaveLength(1);
});
