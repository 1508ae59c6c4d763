import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundleSdk } from '../../../src/example/bundle-sdk.ts';

test('all of the SDK takes at most 12 KB of a page, minified and gzipped', async () => {
  const code = await bundleSdk();
  expect(code).toContain('/graphql');
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(12 * 1024);
});
