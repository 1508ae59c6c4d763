import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { contentPolicy } from '../../http/security-headers.ts';
import { addHeaders } from './document.ts';
import type { RestApi } from './endpoint.ts';

const ABOUT = {
  title: 'Otpost',
  version: '1',
  license: { name: 'MIT', identifier: 'MIT' },
  description:
    'Verify phone numbers with one-time passwords over your own carriers. The same things as over GraphQL, at `/graphql`, by the same names.',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Otpost REST API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/v1/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="page"></div>
    <script src="/v1/docs/swagger-ui-bundle.js"></script>
    <script type="module" src="/v1/docs/start.js"></script>
  </body>
</html>
`;

// The page may call the server that it came from only, and one server has several names: localhost, 127.0.0.1.
const START = `const spec = await (await fetch('/v1/openapi.json')).json();
SwaggerUIBundle({
  spec: { ...spec, servers: [{ url: location.origin }] },
  dom_id: '#page',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

const FILES: Readonly<Record<string, { type: string; text?: string }>> = {
  'swagger-ui.css': { type: 'text/css' },
  'swagger-ui-bundle.js': { type: 'text/javascript' },
  'start.js': { type: 'text/javascript', text: START },
};

// What Swagger UI itself puts into the page: styles and images of its own.
const POLICY = contentPolicy({
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
});

/** The OpenAPI document, and a page to try it on, whole from this server. */
export function addDocs(api: RestApi, publicUrl: string): void {
  addHeaders(api);
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key; where an operation says so, a `clientToken`.',
  });
  // Made once: it is the same for everybody, and takes some milliseconds.
  let document: string | undefined;
  api.get('/v1/openapi.json', (context) => {
    document ??= JSON.stringify(
      api.getOpenAPI31Document({ openapi: '3.1.0', info: ABOUT, servers: [{ url: publicUrl }] }),
    );
    return context.body(document, 200, { 'content-type': 'application/json', 'cache-control': 'no-cache' });
  });
  api.get('/v1/docs', (context) => {
    context.header('content-security-policy', POLICY);
    return context.html(PAGE);
  });
  api.get('/v1/docs/:file', async (context) => {
    const name = context.req.param('file');
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (!file) return context.notFound();
    const body = file.text ?? (await readFile(join(swaggerFolder(), name), 'utf8'));
    return context.body(body, 200, { 'content-type': file.type, 'cache-control': 'public, max-age=86400' });
  });
}

function swaggerFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
