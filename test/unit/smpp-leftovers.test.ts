import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../support/fixtures/smpp-leftovers.ts', import.meta.url));

test('after bad bytes, unanswered requests and a close, no timer, socket or request is left', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ pending: 0, kinds: ['unknown', 'throttled'] });
});
