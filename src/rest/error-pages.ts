import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Marked } from 'marked';
import { ERROR_CODES, ERRORS_PATH, isErrorCode, type ErrorCode } from '../errors.ts';
import { contentPolicy } from '../http/security-headers.ts';

const FILE = join(import.meta.dirname, '../../docs/errors.md');
/** Where its links lead that leave it. */
const REPOSITORY = 'https://github.com/otpost/otpost/blob/main/docs/';

const STYLE =
  'body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark }' +
  'td, th { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0 } code { font-size: .9em }';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'public, max-age=3600',
  'content-security-policy': contentPolicy({
    'style-src': `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  }),
};

/** The pages that `type` of a problem, and `docUrl` of an error, lead to: `docs/errors.md`, a page for each code. */
export interface ErrorPages {
  /** @returns whether there is a page at this path */
  answer(path: string, response: ServerResponse): Promise<boolean>;
}

export function createErrorPages(): ErrorPages {
  let reading: Promise<ReadonlyMap<string, string>> | undefined;

  return {
    async answer(path, response) {
      const name = path.slice(ERRORS_PATH.length + 1);
      if (name !== '' && !isErrorCode(name)) return false;
      // At the first call: an API that nobody asks for them need not read it.
      const sections = await (reading ??= readSections());
      const page = isErrorCode(name) ? pageOf(name, sections.get(name)!) : listOf([...sections.keys()]);
      response.writeHead(200, HEADERS);
      response.end(page);
      return true;
    },
  };
}

/** What stands under each heading, as HTML. */
async function readSections(): Promise<ReadonlyMap<string, string>> {
  const [, ...sections] = (await readFile(FILE, 'utf8')).split(/^## /m);
  const marked = new Marked({
    walkTokens(token) {
      if (token.type === 'link') token.href = hrefOf(token.href as string);
    },
  });
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), marked.parse(section.slice(end), { async: false })];
    }),
  );
}

/** A heading of the file is a page here; what is not in the file is in the repository. */
function hrefOf(link: string): string {
  if (!link.startsWith('#')) return new URL(link, REPOSITORY).href;
  const code = Object.keys(ERROR_CODES).find((each) => each.replace('/', '') === link.slice(1));
  return code === undefined ? link : `${ERRORS_PATH}/${code}`;
}

function pageOf(code: ErrorCode, section: string): string {
  return page(
    code,
    `<h1><code>${code}</code></h1><p>HTTP status ${ERROR_CODES[code]}</p>${section}<p><a href="${ERRORS_PATH}">All errors</a></p>`,
  );
}

function listOf(codes: readonly string[]): string {
  const items = codes.map((code) => `<li><a href="${ERRORS_PATH}/${code}"><code>${code}</code></a></li>`);
  return page('Errors', `<h1>Errors</h1><ul>${items.join('')}</ul>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · Otpost</title>
<style>${STYLE}</style>
${body}
`;
}
