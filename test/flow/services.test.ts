import { expect, test } from 'vitest';
import { createService } from '../../src/services/create.ts';
import { createServiceDirectory } from '../../src/services/directory.ts';
import { updateService } from '../../src/services/update.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { until } from '../support/until.ts';

test('of services that become the default at the same time all are there, and one of them is it', async () => {
  await using main = await createTestApp({ ROLES: 'api' });
  const { app } = main;
  const who = await createTestAccount(app);
  const other = await createService(app, who, { name: 'other' });
  const names = Array.from({ length: 8 }, (_, i) => `service ${i}`);
  await Promise.all([
    ...names.map((name) => createService(app, who, { name, isDefault: true })),
    updateService(app, who, other.id, { isDefault: true }),
  ]);
  const all = await until(async () => {
    const services = await app.single(createServiceDirectory).of(who.accountId);
    return services.length === names.length + 2 ? services : undefined;
  });
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  expect(all.filter(({ isDefault }) => isDefault)).toHaveLength(1);
});
