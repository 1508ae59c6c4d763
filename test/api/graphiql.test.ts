import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { chromiumInfo, openBrowser } from '../support/chromium.ts';
import { urlOf } from '../support/graphql.ts';
import { until } from '../support/until.ts';

let testApp: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function answer(page: Page, expected: RegExp): Promise<string> {
  const result = page.locator('.result-window', { hasText: expected });
  await result.waitFor();
  return result.innerText();
}

/** By keyboard: the tabs are still sliding into place when a mouse would hit them. */
async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).getByRole('button', { name, exact: true }).press('Enter');
  // The tab is there before its text is.
  const operation = new RegExp(`(?:mutation|subscription|query)\\s+${name}\\b`);
  await page.locator('.graphiql-query-editor', { hasText: operation }).waitFor();
}

async function fillVariables(page: Page, variables: object): Promise<void> {
  await page.getByRole('button', { name: 'Variables' }).click();
  await page.locator('[data-uri$="-variables.json"]').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(JSON.stringify(variables));
  // The editor has closed brackets and quotes of its own behind ours.
  await page.keyboard.press('ControlOrMeta+Shift+End');
  await page.keyboard.press('Delete');
}

test('GraphiQL verifies a number in its prefilled tabs, live events included, without the internet', async ({
  skip,
}) => {
  const chromium = await chromiumInfo();
  if ('missing' in chromium) return skip(chromium.missing);
  await using opened = await openBrowser(chromium.path);
  const page = await opened.browser.newPage();
  const elsewhere: string[] = [];
  const forbidden: string[] = [];
  page.on('console', (said) => {
    if (said.text().includes('Content Security Policy')) forbidden.push(said.text());
  });
  await page.route('**/*', (route) => {
    const url = new URL(route.request().url());
    if (url.origin === app.server!.url || url.protocol === 'blob:' || url.protocol === 'data:')
      return route.continue();
    elsewhere.push(url.href);
    return route.abort();
  });

  await page.goto(urlOf(app));
  const run = page.getByRole('button', { name: /execute query/i });
  await run.click();
  const started = await answer(page, /PENDING/);
  const verificationId = /vrf_[0-9a-f]{32}/.exec(started)![0];

  await openTab(page, 'watch');
  await fillVariables(page, { verificationId });
  await run.click();
  await answer(page, /MessageDelivered/);

  const [code] = app.simulator!.handsets.messages('+385911234567').map(({ text }) => /\d{6}/.exec(text)![0]);
  await openTab(page, 'check');
  await fillVariables(page, { verificationId, code });
  await run.click();
  await answer(page, /APPROVED/);

  await openTab(page, 'list');
  // GraphiQL learns the operation's name a moment after its text, and runs it under the last one until then.
  const listed = await until(async () => {
    await run.click();
    const result = page.locator('.result-window', { hasText: /nodes/ });
    await result.waitFor({ timeout: 2_000 });
    return result.innerText();
  });
  expect(listed).toContain(verificationId);
  expect(elsewhere).toEqual([]);
  expect(forbidden).toEqual([]);
});

test('GraphiQL opens at the tab "start" at each visit, and has no more tabs at the next one', async ({
  skip,
}) => {
  const chromium = await chromiumInfo();
  if ('missing' in chromium) return skip(chromium.missing);
  await using opened = await openBrowser(chromium.path);
  const page = await opened.browser.newPage();
  const titles = () => page.getByRole('tab').allInnerTexts();
  const stored = () => page.evaluate(() => localStorage.getItem('graphiql:tabState'));

  await page.goto(urlOf(app));
  await openTab(page, 'watch');
  await fillVariables(page, { verificationId: 'vrf_seen' });
  await until(async () => (await stored())?.includes('vrf_seen'));
  const before = await titles();

  await page.goto(urlOf(app));
  await page.locator('.graphiql-query-editor', { hasText: /mutation\s+start\b/ }).waitFor();
  expect(await page.locator('[role=tab][aria-selected=true]').innerText()).toBe('start');
  expect(await titles()).toEqual(before);
  await page.getByRole('button', { name: /execute query/i }).click();
  await answer(page, /__typename/);
});

test('the page of the handsets fills itself, with no script or style that it did not come with', async ({
  skip,
}) => {
  const chromium = await chromiumInfo();
  if ('missing' in chromium) return skip(chromium.missing);
  await using opened = await openBrowser(chromium.path);
  const page = await opened.browser.newPage();
  const forbidden: string[] = [];
  page.on('console', (said) => {
    if (said.text().includes('Content Security Policy')) forbidden.push(said.text());
  });
  await page.goto(`${app.simulator!.url}/`);
  await page.locator('#carriers table').waitFor();
  expect(await page.locator('body').evaluate((body) => getComputedStyle(body).maxWidth)).not.toBe('none');
  expect(forbidden).toEqual([]);
});
