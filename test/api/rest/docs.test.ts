import { afterAll, beforeAll, expect, test } from 'vitest';
import { isPermission } from '../../../src/accounts/permissions.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { chromiumInfo, openBrowser } from '../../support/chromium.ts';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  'x-permission': string;
  responses: Record<string, { content: Record<string, { schema: { $ref?: string } }> }>;
}

interface OpenApi {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
}

let main: TestApp;
let url: string;
let document: OpenApi;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api', PUBLIC_URL: 'https://otp.example' });
  url = main.app.server!.url;
  document = (await (await fetch(`${url}/v1/openapi.json`)).json()) as OpenApi;
});
afterAll(() => main[Symbol.asyncDispose]());

const operations = () => Object.values(document.paths).flatMap((path) => Object.values(path));

test('the document is OpenAPI 3.1 of this server, and every reference in it leads somewhere', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://otp.example' }] });
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(20);
  expect(
    references.map(([, name]) => name).filter((name) => !(name! in document.components.schemas)),
  ).toEqual([]);
});

test('every operation has a name of its own, its permission, and says what can go wrong', () => {
  const names = operations().map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const operation of operations()) {
    expect(isPermission(operation['x-permission']), operation.operationId).toBe(true);
    expect(operation.description).toContain(`Needs \`${operation['x-permission']}\`.`);
    for (const status of ['400', '401', '403'])
      expect(operation.responses[status]!.content['application/problem+json']!.schema.$ref).toBe(
        '#/components/schemas/Problem',
      );
  }
});

test('the page shows the operations in a browser that reaches nothing but this server', async ({ skip }) => {
  const chromium = await chromiumInfo();
  if ('missing' in chromium) return skip(chromium.missing);
  await using opened = await openBrowser(chromium.path);
  const page = await opened.browser.newPage();
  const outside: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) outside.push(request.url());
  });
  const problems: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())));
  await page.goto(`${url}/v1/docs`);
  await page.getByText('Start a verification', { exact: true }).waitFor();
  expect(outside).toEqual([]);
  expect(problems).toEqual([]);

  // PUBLIC_URL has another name than the one in the address bar.
  await page.locator('.opblock-summary', { hasText: '/v1/account' }).first().click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await page.locator('.live-responses-table .response', { hasText: '401' }).waitFor();
  expect(outside).toEqual([]);
});

test.each(['/v1/docs/../../package.json', '/v1/docs/index.js', '/v1/docs/toString'])(
  'no other file is served: %s',
  async (path) => {
    const response = await fetch(url + path);
    expect(response.status).toBe(404);
  },
);
