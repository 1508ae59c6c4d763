import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { createCaller, type Caller } from '../support/graphql.ts';
import { until } from '../support/until.ts';
import { attemptsOf, happened, start } from '../support/verifying.ts';

interface Step {
  document: string;
  /** One set of variables for each time that it is pasted. */
  variables: Record<string, unknown>[];
}

/** What the page tells to paste: each document with the list of variables behind it. */
async function stepsOfPage(): Promise<Step[]> {
  const page = await readFile(new URL('../../docs/croatia.md', import.meta.url), 'utf8');
  const blocks = page.matchAll(/```graphql\n([^`]+)```\n(?:\n```json\n([^`]+)```)?/g);
  return [...blocks].map(([, document, json]) => ({
    document: document!,
    variables: json === undefined ? [{}] : (JSON.parse(json) as Record<string, unknown>[]),
  }));
}

async function ask(caller: Caller, document: string, variables: Record<string, unknown>): Promise<unknown> {
  const { data, errors } = await caller.ask(document, variables);
  expect(errors).toBeUndefined();
  return Object.values(data!)[0];
}

interface Preview {
  number: { operator: { name: string } };
  chosen: { candidate: { route: { name: string } }; price: number };
}

test('what the page about Croatia tells to paste routes each network as the page says, inside the EU', async () => {
  await using main = await createTestApp();
  const { app } = main;
  const who = await createTestAccount(app, { routing: 'least_cost' });
  const caller = await createCaller(app, who);
  const [residency, carriers, routes, preview] = await stepsOfPage();

  expect(await ask(caller, residency!.document, {})).toEqual({
    residency: 'EU',
    carriersOutsideResidency: [],
  });

  const ids = new Map<string, string>();
  for (const input of carriers!.variables) {
    const config = input.config as Record<string, unknown>;
    app.simulator!.change(config.systemId as string, { profile: 'instant' });
    const here = { ...config, host: '127.0.0.1', port: app.simulator!.smppPort };
    const carrier = await ask(caller, carriers!.document, { input: { ...input, config: here } });
    if (input.region !== 'EU') {
      expect(carrier).toMatchObject({ code: 'carrier/outside_residency' });
      continue;
    }
    expect(carrier).toMatchObject({ name: input.name, region: 'EU' });
    ids.set(input.name as string, (carrier as { id: string }).id);
  }
  for (const input of routes!.variables)
    expect(
      await ask(caller, routes!.document, {
        input: { ...input, carrierId: ids.get(input.carrierId as string) },
      }),
    ).toMatchObject({ name: input.name });

  const told = await until(async () => {
    const all: Preview[] = [];
    for (const variables of preview!.variables)
      all.push((await ask(caller, preview!.document, variables)) as Preview);
    return all.every(({ chosen }) => chosen) ? all : undefined;
  });
  expect(
    told.map(({ number, chosen }) => [number.operator.name, chosen.candidate.route.name, chosen.price]),
  ).toEqual([
    ['Hrvatski Telekom', 'Adria to HT', 0.031],
    ['Telemach', 'Danube to HR', 0.047],
    ['A1', 'Sava to A1', 0.034],
  ]);
  expect([...ids.keys()]).toEqual(['Adria', 'Sava', 'Danube']);

  for (const [i, { to }] of preview!.variables.entries()) {
    const verification = await start(app, who, to as string);
    await happened(app, verification, 'MessageDelivered');
    const [attempt] = await attemptsOf(app, verification);
    expect(attempt!.carrier).toBe(['Adria', 'Danube', 'Sava'][i]);
  }
});
