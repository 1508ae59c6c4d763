import { defineConfig } from 'vitest/config';

// The conditions of Node itself: with those of a bundler the tests would load another copy of `graphql`
// (its development build) than the libraries do.
const conditions = ['node', 'module-sync', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
