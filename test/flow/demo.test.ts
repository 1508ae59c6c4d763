import { expect, test } from 'vitest';
import { createTestApp } from '../support/app.ts';
import { startProcess } from '../support/processes.ts';

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
