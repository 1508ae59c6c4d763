import { availableParallelism } from 'node:os';
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
    setupFiles: 'test/support/own-time.ts',
    // These end what hangs, and measure nothing: on a machine that does ten other things a test takes ten times as long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A process of its own per file spends two thirds of the run on loading the same modules: files share what is
    // loaded, so nothing at the top of a module may remember a test.
    isolate: false,
    // The flows wait more than they compute.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
  },
});
