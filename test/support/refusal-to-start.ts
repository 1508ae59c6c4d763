import { pino } from 'pino';
import { createApp } from '../../src/app.ts';
import { InvalidConfig, loadConfig, type Config } from '../../src/config.ts';
import { explainStartFailure } from '../../src/start-failure.ts';

/**
 * What `npm start` says when it will not start. In this process: one of its own costs two seconds of CPU, and
 * that it says just this and ends with 1 is proven where regions are refused.
 */
export async function refusalToStart(env: Readonly<Record<string, string>>): Promise<string> {
  let config: Config | undefined;
  try {
    config = loadConfig({ ROLES: 'api', PORT: '0', ...env });
    await using _app = await createApp(config, { log: pino({ level: 'silent' }) });
  } catch (error) {
    const said = error instanceof InvalidConfig ? error.message : explainStartFailure(error, config);
    if (said.includes('\n')) throw new Error(`more than a line: ${said}`, { cause: error });
    return said;
  }
  throw new Error('it started');
}
