import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCode } from '../../src/demo/read-code.ts';
import { createOtpost } from '../../src/sdk/index.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { runToEnd, startProcess } from '../support/processes.ts';
import { startProxy } from '../support/proxy.ts';
import { received } from '../support/verifying.ts';

test.each([
  ['that is nowhere', {}],
  ['in a region', { REGION: 'EU' }],
])(
  'the demo verifies through the server %s whose data directory it is told, and every number ends approved',
  async (_where, env) => {
    await using running = await createTestApp(env);
    await using demo = await startProcess({
      entry: 'src/demo/run.ts',
      args: ['--count', '5'],
      env: { DATA_DIR: running.dataDir },
      ready: /^Verifying 5 numbers/,
    });
    expect(await demo.ended).toBe(0);
    const said = demo.lines.join('\n');
    expect(said).toContain(`through the running server at ${running.app.server!.url}`);
    expect(said).toMatch(/^approved +5$/m);
  },
);

test('as tests it needs no handset and no carrier, and every number ends approved', async () => {
  await using running = await createTestApp();
  const { simulator } = running.app;
  await using demo = await startProcess({
    entry: 'src/demo/run.ts',
    args: ['--count', '5', '--test'],
    env: { DATA_DIR: running.dataDir },
    ready: /^Verifying 5 numbers.*as tests: nothing reaches a carrier/,
  });
  expect(await demo.ended).toBe(0);
  expect(demo.lines.join('\n')).toMatch(/^approved +5$/m);
  const carriers = (await (await fetch(`${simulator!.url}/carriers`)).json()) as { submits: number }[];
  expect(carriers.reduce((sum, { submits }) => sum + submits, 0)).toBe(0);
  const [shown] = (await (await fetch(`${simulator!.url}/handsets`)).json()) as { message: object }[];
  expect(shown).toMatchObject({ message: { isTest: true } });
});

test('every number that was not approved is named with what its carriers said, and a later run is about its own messages', async () => {
  await using running = await createTestApp();
  await behave(running, 'undelivered');
  const failed = await demo(running, ['--count', '3']);
  expect(failed.ended).toBe(1);
  expect(failed.said).toMatch(/^undelivered +3$/m);
  // Which of them comes first is for the routing to say: it may try the other one.
  const lines = failed.said.match(/^ {2}[A-Z]{2} \+\d{3}…\d{2}: .*$/gm);
  expect(lines).toHaveLength(3);
  for (const line of lines!)
    for (const name of ['Adria', 'Boreal'])
      expect(line).toMatch(new RegExp(`: undelivered: (?:.+, )?${name} \\(simulated\\) says .+`));
  expect(failed.said).toMatch(/^start → approved +– +– +–$/m);
  expect(failed.said).not.toContain('NaN');

  await behave(running, 'normal');
  const rerun = await demo(running, ['--count', '3']);
  expect(rerun.said).toMatch(/^approved +3$/m);
  expect(rerun.ended).toBe(0);
});

test('what a server refuses is named in its words', async () => {
  await using running = await createTestApp();
  await running.app.sql`UPDATE routes SET enabled = false`;
  const { said, ended } = await demo(running, ['--count', '1']);
  expect(said).toMatch(/^ {2}AC \+247…\d\d: (failed|not sent): .*route/m);
  expect(ended).toBe(1);
});

test('a handset that cannot be asked is asked again', async () => {
  await using running = await createTestApp();
  const { server, simulator, demo: dev } = running.app;
  const to = '+385915550007';
  await createOtpost({ url: server!.url, token: dev!.apiKey }).start(to);
  const [code] = await received(running.app, to);
  await using wire = await startProxy({ host: '127.0.0.1', port: Number(new URL(simulator!.url).port) });
  await wire.cut();
  expect(await readCode(`http://127.0.0.1:${wire.port}`, to, () => wire.mend())).toBe(code);
});

test('numbers are started at the rate that was asked for', async () => {
  await using running = await createTestApp();
  const { said, ended } = await demo(running, ['--count', '4', '--rate', '2']);
  expect(said).toMatch(/^approved +4$/m);
  const seconds = Number(/^4 verifications in ([\d.]+) s/m.exec(said)?.[1]);
  // The last one starts 1.5 s behind the first; it ends later.
  expect(seconds).toBeGreaterThanOrEqual(1.5);
  expect(ended).toBe(0);
});

test('without a server the demo starts one of its own, and stops it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-test-demo-'));
  try {
    const { lines, ended } = await runToEnd({
      entry: 'src/demo/run.ts',
      args: ['--count', '1'],
      env: { DATA_DIR: dataDir },
    });
    const said = lines.join('\n');
    expect(said).toContain('Verifying 1 numbers through a server started for this demo');
    expect(said).toMatch(/^approved +1$/m);
    expect(ended).toBe(0);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('a server that cannot be reached is named with its address', async () => {
  // Taken and left: nobody listens there.
  const gone = await freeUrl();
  const { lines, ended } = await runToEnd({
    entry: 'src/demo/run.ts',
    args: ['--url', gone, '--api-key', 'otp_live_x', '--simulator', gone],
  });
  expect(lines.at(-1)).toBe(`demo: fetch failed (connect ECONNREFUSED ${new URL(gone).host})`);
  expect(ended).toBe(1);
});

async function demo({ dataDir }: TestApp, args: readonly string[]) {
  const { lines, ended } = await runToEnd({ entry: 'src/demo/run.ts', args, env: { DATA_DIR: dataDir } });
  return { said: lines.join('\n'), ended };
}

/** Both carriers of the demo. */
async function behave({ app }: TestApp, profile: string): Promise<void> {
  for (const systemId of ['adria', 'boreal']) {
    const response = await fetch(`${app.simulator!.url}/carriers/${systemId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ profile }),
    });
    expect(response.ok).toBe(true);
  }
}

async function freeUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
