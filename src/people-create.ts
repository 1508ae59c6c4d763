import { createApp } from './app.ts';
import { InvalidConfig, loadConfig } from './config.ts';
import { databaseBeside } from './db/embedded/running.ts';
import { CREATE_HELP, createByCommand, parseCreateOptions } from './people/command.ts';
import { explainStartFailure } from './start-failure.ts';

try {
  const options = parseCreateOptions(process.argv.slice(2));
  if (!options) process.stdout.write(CREATE_HELP);
  else {
    // What the server has, without anything that listens or works.
    const config = loadConfig(process.env);
    await using app = await createApp({ ...config, databaseUrl: await databaseBeside(config), roles: [] });
    process.stdout.write(await createByCommand(app, options));
  }
} catch (error) {
  const message = error instanceof InvalidConfig ? error.message : explainStartFailure(error);
  process.stderr.write(`people: ${message}\n`);
  process.exitCode = 1;
}
