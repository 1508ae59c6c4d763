import { expect, test } from 'vitest';
import { createTestApp } from '../support/app.ts';
import { readDevFile } from '../../src/demo/dev-file.ts';
import { runToEnd } from '../support/processes.ts';

test('a simulator in a process of its own carries what the worker of another one sends, and dev.json says where the API is', async () => {
  await using simulating = await createTestApp({ ROLES: 'simulator' });
  const { databaseUrl, dataDir } = simulating;
  await using serving = await createTestApp({
    ROLES: 'api,worker',
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    SIMULATOR_SMPP_PORT: String(simulating.app.simulator!.smppPort),
  });
  expect((await readDevFile(dataDir))?.url).toBe(serving.app.server!.url);

  const { lines, ended } = await runToEnd({
    entry: 'src/demo/run.ts',
    args: ['--count', '1'],
    env: { DATA_DIR: dataDir },
  });
  expect(lines.join('\n')).toMatch(/^approved +1$/m);
  expect(ended).toBe(0);

  // An API beside one that serves leaves the file alone.
  await using _beside = await createTestApp({ ROLES: 'api', DATABASE_URL: databaseUrl, DATA_DIR: dataDir });
  expect((await readDevFile(dataDir))?.url).toBe(serving.app.server!.url);
});

test('a server that listens at every address names one that can be opened', async () => {
  await using running = await createTestApp({ ROLES: 'api', HOST: '0.0.0.0' });
  const { url } = running.app.server!;
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${url}/health`)).ok).toBe(true);
});
