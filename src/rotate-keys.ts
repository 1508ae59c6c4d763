import { createApp } from './app.ts';
import { loadConfig } from './config.ts';
import { existingDatabase } from './db/existing.ts';
import { parseRotateOptions, ROTATE_HELP, type RotateOptions } from './keys/rotate/options.ts';
import { createProgress } from './progress.ts';
import { rotateKeys } from './keys/rotate/rotate.ts';
import { explainStartFailure } from './start-failure.ts';

// `npm run keys:rotate`: beside the processes that serve, with their environment.
try {
  const options = parseRotateOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(ROTATE_HELP);
  else await run(options);
} catch (error) {
  process.stderr.write(`keys:rotate: ${explainStartFailure(error)}\n`);
  process.exitCode = 1;
}

async function run(options: RotateOptions): Promise<void> {
  const config = loadConfig(process.env);
  const databaseUrl = await existingDatabase(config);
  await using app = await createApp({ ...config, databaseUrl, roles: [] });
  const progress = createProgress(process.stdout, () => performance.now());
  await rotateKeys(app, { ...options, rereadMs: config.keysRereadMs }, progress);
}
