import { createApp, type RunningApp } from './app.ts';
import { helpText, InvalidConfig, loadConfig, type Config } from './config.ts';
import { explainStartFailure } from './start-failure.ts';

/** What a stop may take beyond DRAIN_SECONDS. */
const STOP_GRACE_MS = 5_000;

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--help' && arg !== '-h');
if (unknown !== undefined)
  fail(`${unknown} means nothing here: all is set by environment variables. npm start -- --help lists them.`);
else if (args.length > 0) process.stdout.write(helpText());
else await run();

async function run(): Promise<void> {
  let starting: Promise<RunningApp> | undefined;
  let stopping = false;
  let config: Config | undefined;
  // From the first moment on: whatever has been started when the signal comes must be stopped again.
  const stop = (signal: NodeJS.Signals): void => {
    // A terminal that closes may say so twice, through its shell; a second Ctrl-C means it: leave at once, the leases
    // give the messages back.
    if (stopping && signal === 'SIGHUP') return;
    if (stopping) process.exit(130);
    stopping = true;
    lastResort(config, starting);
    process.stdout.write(`\notpost: ${signal}, finishing what is under way (again to leave at once)\n`);
    Promise.resolve(starting)
      .then((app) => app?.[Symbol.asyncDispose]())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(`did not stop cleanly: ${String(error)}`),
      );
  };
  // Whoever read our output may leave before us; that is no reason to die half-way through a drain.
  process.stdout.on('error', () => {});
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Of a closed terminal. Unheard it would end this process alone, without its database.
  process.on('SIGHUP', stop);
  try {
    config = loadConfig(process.env);
    starting = createApp(config);
    const app = await starting;
    if (!stopping) process.stdout.write(greeting(app, config));
  } catch (error) {
    fail(error instanceof InvalidConfig ? error.message : explainStartFailure(error, config));
  }
}

/** Whatever a silent peer keeps waiting: the process is gone before those who asked it to stop lose patience. */
function lastResort(config: Config | undefined, starting: Promise<RunningApp> | undefined): void {
  const seconds = ((config?.drainMs ?? 0) + STOP_GRACE_MS) / 1000;
  let app: RunningApp | undefined;
  starting?.then(
    (started) => (app = started),
    () => {},
  );
  const giveUp = () =>
    fail(`did not stop within ${seconds} s: still waiting for ${app?.stopping.waitsFor ?? 'the start'}.`);
  setTimeout(giveUp, seconds * 1000).unref();
}

function fail(message: string): never {
  process.stderr.write(`otpost: ${message}\n`);
  process.exit(1);
}

function greeting(app: RunningApp, config: Config): string {
  const { demo, server } = app;
  const lines = [`Otpost is ready (${config.roles.join(', ')})`];
  if (server) lines.push(`  GraphQL and GraphiQL  ${server.url}/graphql`);
  if (app.simulator) lines.push(`  Handsets              ${app.simulator.url}/`);
  if (app.example) lines.push(`  Example app           ${app.example.url}/`);
  if (demo) {
    lines.push(`  API key               ${demo.apiKey}`);
    lines.push(`  Test key              ${demo.testApiKey}, which reaches no carrier`);
    if (demo.owner)
      lines.push(`  Sign in as            ${demo.owner.email}, password ${demo.owner.password}`);
    lines.push(`  (all also in ${config.dataDir}/dev.json)`);
  }
  if (demo && server) {
    lines.push(
      '',
      'Open GraphiQL: its tabs are filled in, with this key. First the tab "start":',
      '',
      '  mutation { startVerification(input: { to: "+385911234567" }) { ... on Verification { id status } } }',
      '',
      `then "watch" with the id, the code from ${demo.simulatorUrl}/handsets/+385911234567, and "check".`,
    );
  }
  return `${lines.join('\n')}\n`;
}
