import { createApp } from './app.ts';
import { readEvidence } from './audit/verify/kept-checkpoints.ts';
import { parseVerifyOptions, VERIFY_HELP, type VerifyOptions } from './audit/verify/options.ts';
import { describeTampering, describeWhole, verifyLog } from './audit/verify/verify-log.ts';
import { loadConfig } from './config.ts';
import { existingDatabase } from './db/existing.ts';
import { createProgress } from './progress.ts';
import { explainStartFailure } from './start-failure.ts';

// `npm run audit:verify`: beside the processes that serve, with their environment.
try {
  const options = parseVerifyOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(VERIFY_HELP);
  else await run(options);
} catch (error) {
  process.stderr.write(`audit:verify: ${explainStartFailure(error)}\n`);
  process.exitCode = 1;
}

async function run(options: VerifyOptions): Promise<void> {
  const config = loadConfig(process.env);
  const databaseUrl = await existingDatabase(config);
  await using app = await createApp({ ...config, databaseUrl, roles: [] });
  const progress = createProgress(process.stdout, () => performance.now());
  const { accounts, entries, tampered } = await verifyLog(
    app,
    { ...options, evidence: await readEvidence(app, options) },
    {
      onProgress: (done, total) => progress.update('Entries verified', done, total),
      onVerdict(verdict) {
        const { accountId, tampering } = verdict;
        if (tampering) progress.say(describeTampering(accountId, tampering));
        else if (options.accountId) progress.say(describeWhole(verdict));
      },
    },
  );
  progress.say(
    `${accounts} accounts, ${entries} entries: ${tampered === 0 ? 'whole.' : `${tampered} not whole.`}`,
  );
  if (tampered > 0) process.exitCode = 1;
}
