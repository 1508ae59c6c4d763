import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { build } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { chromiumInfo, openBrowser } from '../support/chromium.ts';
import { until } from '../support/until.ts';
import { received, wrong } from '../support/verifying.ts';

// The SDK where it is for: in a browser, in React, and installed as a package.

const run = promisify(execFile);
let testApp: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function openPage(path: string, url: string) {
  const opened = await openBrowser(path);
  const page = await opened.browser.newPage();
  const complaints: string[] = [];
  page.on('console', (said) => {
    // A 422 is what a wrong code is answered with.
    if (said.type() === 'error' && !said.text().includes('422')) complaints.push(said.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

const submit = (page: Page, form: string, field: string, value: string) =>
  page
    .locator(`#${form} [name=${field}]`)
    .fill(value)
    .then(() => page.locator(`#${form} button`).click());

test('the example app verifies a number: live status, a wrong code, the right one', async ({ skip }) => {
  const chromium = await chromiumInfo();
  if ('missing' in chromium) return skip(chromium.missing);
  await using opened = await openPage(chromium.path, app.example!.url);
  const { page, complaints } = opened;
  const outcome = page.locator('#outcome');
  await submit(page, 'number', 'to', '+1');
  await outcome.filter({ hasText: /number/i }).waitFor();

  const to = '+385915550001';
  await submit(page, 'number', 'to', to);
  await page.locator('#events li', { hasText: 'Message delivered' }).waitFor();
  expect(await page.locator('#code [name=code]').getAttribute('autocomplete')).toBe('one-time-code');
  const [code] = await received(app, to);
  await submit(page, 'code', 'code', wrong(code!));
  await page.locator('#events li', { hasText: 'Wrong code' }).waitFor();
  await submit(page, 'code', 'code', code!);
  await outcome.filter({ hasText: 'Your number is verified.' }).waitFor();
  expect(await page.content()).not.toContain('otp_live_');
  expect(complaints).toEqual([]);
});

test.each(['+385 91 555 0005', '091/555-0006'])(
  'the example leads to the handset of a number as people type it: %s',
  async (to) => {
    const response = await fetch(`${app.example!.url}/start`, {
      method: 'POST',
      body: JSON.stringify({ to }),
    });
    const { to: shown, handsets } = (await response.json()) as { to: string; handsets: string };
    expect(shown).toBe(to);
    const shownThere = await until(async () => {
      const answer = await (await fetch(`${handsets}/messages`)).text();
      return answer === '[]' ? undefined : answer;
    });
    expect(shownThere).toMatch(/"text":"[^"]*\d{6}/);
  },
);

test('the example serves its own page only, and gives its key to nobody', async () => {
  const { url } = app.example!;
  const ask = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
  const post = (body: string, headers = {}) => ask('/start', { method: 'POST', body, headers });
  expect((await post('{"to":"+385915550002"}', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post('{')).status).toBe(400);
  expect((await post('{"to":7}')).status).toBe(422);
  // It is started, and has a handset.
  expect((await post('{"to":"+385915550002\\ud800"}')).status).toBe(200);
  expect((await ask('/..%2fserve.ts')).status).toBe(404);
  for (const path of ['/', '/page.js', '/page.css', '/sdk.js'])
    expect(await (await ask(path)).text(), path).not.toMatch(/otp_(?:live|test)_/);
});

test('useVerification shows in React what happens, live, to its end', async ({ skip }) => {
  const chromium = await chromiumInfo();
  if ('missing' in chromium) return skip(chromium.missing);
  const start = async (path: string, body: object) =>
    (await (
      await fetch(`${app.example!.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
    ).json()) as {
      verificationId: string;
      clientToken: string;
    };
  const to = '+385915550003';
  const { verificationId, clientToken } = await start('/start', { to });
  const { output } = await build({
    input: 'component',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [
      {
        name: 'component',
        resolveId: (id) => (id === 'component' ? join(import.meta.dirname, 'component.ts') : null),
        load: (id) =>
          id.endsWith('component.ts')
            ? `import { createElement } from 'react';
               import { createRoot } from 'react-dom/client';
               import { useVerification } from '../../src/sdk/react.ts';
               function Status() {
                 const { line, status, message, events } = useVerification(${JSON.stringify({
                   url: app.server!.url,
                   verificationId,
                   token: clientToken,
                 })});
                 return createElement('p', null, [line, status, message, events.length].join(' '));
               }
               createRoot(document.body).render(createElement(Status));`
            : null,
      },
    ],
  });
  const server = createServer((request, response) => {
    const isScript = request.url === '/script.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? output[0].code : '<!doctype html><body><script type=module src=/script.js></script>',
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using opened = await openPage(
    chromium.path,
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  );
  await opened.page.getByText('live PENDING DELIVERED 4').waitFor();
  const [code] = await received(app, to);
  await start('/check', { verificationId, code });
  await opened.page.getByText('ended APPROVED DELIVERED 5').waitFor();
  server.close();
  server.closeAllConnections();
});

test('the package installs without anything else, and runs and is typed where it was installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'otpost-sdk-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  await run(process.execPath, ['build-sdk.ts', join(folder, 'sdk')]);
  const { stdout } = await run('npm', ['pack', '--json', './sdk'], { cwd: folder });
  // A list, and since npm 12 by the package's name.
  const [{ filename }] = Object.values(JSON.parse(stdout) as object) as [{ filename: string }];
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder });
  const installed = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: object;
  };
  expect(Object.keys(installed.packages)).toEqual(['', 'node_modules/@otpost/sdk']);

  const url = app.server!.url;
  const token = app.demo!.apiKey;
  await writeFile(
    join(folder, 'use.ts'),
    `import { createOtpost, WrongCodeError, type StartedVerification } from '@otpost/sdk';
     const otpost = createOtpost({ url: ${JSON.stringify(url)}, token: ${JSON.stringify(token)} });
     const started: StartedVerification = await otpost.start('+385915550004');
     const types: string[] = [];
     for await (const event of otpost.watch(started.id)) {
       types.push(event.type);
       if (event.type === 'MessageDelivered') await otpost.check(started.id, 'x').catch(() => otpost.cancel(started.id));
     }
     console.log(types.at(-1), WrongCodeError.name);`,
  );
  const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
  const compilerOptions = {
    ...{ target: 'esnext', module: 'nodenext', strict: true, noEmit: true },
    ...{ lib: ['esnext', 'dom'], types: [] },
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  await run(process.execPath, [tsc, '-p', '.'], { cwd: folder });
  const used = await run(process.execPath, ['use.ts'], { cwd: folder });
  expect(used.stdout.trim()).toBe('VerificationCanceled WrongCodeError');
});
