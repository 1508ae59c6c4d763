#!/usr/bin/env node
// In plain JavaScript, so that every Node reads it: what it starts is TypeScript, which Node 24 runs as it is. `npx` in
// a clone finds the Node 24 of npm by itself; whoever calls this file by another one is brought there.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

if (process.features.typescript) {
  // From the second start on it takes half the time. In a folder of one's own: who can write there can run code.
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  module.enableCompileCache(join(caches, 'otpost'));
  await import('./main.ts');
} else {
  const node = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(node)) {
    process.stderr.write(
      `otpost: needs Node 24, or "npm ci" in its folder. This is Node ${process.version}.\n`,
    );
    process.exit(2);
  }
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal signals its whole group: the child has it already, and decides.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 1)));
}
