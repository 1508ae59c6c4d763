import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';

test('the example of the README verifies a number with a test key, in ten lines of shell', async () => {
  await using running = await createTestApp({ ROLES: 'api,worker' });
  const { app } = running;
  const { accountId } = await createTestAccount(app);
  const { key } = await createApiKey(app, accountId, { name: 'CI', mode: 'test' });
  const section = (await readFile('README.md', 'utf8')).split('## Try it from your CI')[1]!;
  const script = /```sh\n([\s\S]*?)```/.exec(section)![1]!;
  expect(script.trim().split('\n').length).toBeLessThanOrEqual(10);
  const env = { PATH: process.env.PATH, OTPOST_URL: app.server!.url, OTPOST_TEST_KEY: key };
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env });
  expect(stdout.trim()).toBe('approved');
});
