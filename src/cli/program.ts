import tab from '@bomb.sh/tab/commander';
import { Argument, Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { ALL_PERMISSIONS, type Permission } from '../accounts/permissions.ts';
import { EVENT_TYPES, type EventType } from '../events/catalog.ts';
import { EVENT_NAMES, type EventName } from '../webhooks/catalog.ts';
import { cancelBatch, startBatch, watchBatch } from './batch.ts';
import { cancel } from './cancel.ts';
import { listCarriers, testCarrier, watchCarriers } from './carriers.ts';
import { createKey, listKeys, revokeKey, rotateKey } from './keys.ts';
import { listen } from './listen.ts';
import { listProfiles, login, removeProfile, useProfile, whoAmI } from './login.ts';
import { following, reaching, seconds } from './options.ts';
import type { Flags, Outside, Runner } from './runner.ts';
import { tail } from './tail.ts';
import { tryRoute } from './try-route.ts';
import { verify, watch } from './verify.ts';

const EXIT_CODES = `
Exit codes: 0 it came about, 1 it did not, 2 something in the command or the configuration is wrong,
3 the key is missing or may not, 4 no answer from the server, 130 interrupted.`;

/** The commands, their options and what they do. */
export function createProgram(
  runner: Runner,
  { stdout, stderr }: Pick<Outside, 'stdout' | 'stderr'>,
): Command {
  const program = new Command('otpost')
    .description('Verify phone numbers, and see what happens, from a terminal.')
    .version(packageJson.version)
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help says more)')
    // For all that are added below: they inherit it.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    });
  addVerifications(program, runner);
  addBatches(program, runner);
  addFollowing(program, runner);
  addKeys(program, runner);
  addCarriers(program, runner);
  addProfiles(program, runner);
  tab(program);
  return program;
}

function addVerifications(program: Command, { withServer }: Runner): void {
  reaching(program.command('verify'))
    .description('send a code to a number, show what happens, ask for the code and check it')
    .argument('<number>', 'e.g. +385911234567')
    .option('--service <id>', 'the service whose rules hold')
    .option('--locale <tag>', 'the language of the text, e.g. hr')
    .option('--idempotency-key <key>', 'the same start twice is one')
    .action((to: string, { service, locale, idempotencyKey, ...flags }: Flags & Record<string, string>) =>
      withServer(flags, (session) =>
        verify(session, {
          to,
          ...(service !== undefined && { serviceId: service }),
          ...(locale !== undefined && { locale }),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        }),
      ),
    );
  reaching(program.command('watch'))
    .description('show what happens to a verification that was started before, and check codes')
    .argument('<id>', 'vrf_…')
    .action((id: string, flags: Flags) => withServer(flags, (session) => watch(session, id)));
  reaching(program.command('cancel'))
    .description('call a verification off')
    .argument('<id>', 'vrf_…')
    .action((id: string, flags: Flags) => withServer(flags, (session) => cancel(session, id)));
}

function addBatches(program: Command, { withServer }: Runner): void {
  const batch = program.command('batch').description('codes to many numbers, at the pace of the carriers');
  reaching(batch.command('start'))
    .description('send codes to all numbers of a file, one in each line; shows how far it is, to its end')
    .argument('<file>', 'numbers, or NDJSON: {"to": "+385…", "locale": "hr"}')
    .option('--service <id>', 'the service whose rules hold')
    .option('--locale <tag>', 'the language of rows that do not say it')
    .option(
      '--idempotency-key <key>',
      'without one the same file is the same batch, however often it is sent',
    )
    .action((file: string, { service, locale, idempotencyKey, ...flags }: Flags & NewBatchFlags) =>
      withServer(flags, (session) => startBatch(session, { file, service, locale, idempotencyKey })),
    );
  reaching(batch.command('watch'))
    .description('how far a batch is, to its end, then the rows that were not started')
    .argument('<id>', 'bat_…')
    .action((id: string, flags: Flags) => withServer(flags, (session) => watchBatch(session, id)));
  reaching(batch.command('cancel'))
    .description('start no more of a batch')
    .argument('<id>', 'bat_…')
    .action((id: string, flags: Flags) => withServer(flags, (session) => cancelBatch(session, id)));
}

function addFollowing(program: Command, { withServer }: Runner): void {
  following(program.command('tail'))
    .description('show everything that happens in the account, live')
    .addOption(new Option('--type <type...>', 'only these').choices([...EVENT_TYPES]))
    .action(({ after, count, type, ...flags }: Flags & FollowFlags & { type?: EventType[] }) =>
      withServer(flags, (session) => tail(session, { after, count, types: type })),
    );
  following(program.command('listen'))
    .description("forward the account's webhooks to an address on this machine, signed")
    .requiredOption('--forward-to <url>', 'where to, e.g. localhost:3000/hook')
    .addOption(new Option('--events <name...>', 'only these').choices(EVENT_NAMES))
    .action((options: Flags & FollowFlags & { forwardTo: string; events?: EventName[] }) => {
      const { after, count, forwardTo, events, ...flags } = options;
      return withServer(flags, (session) => listen(session, { after, count, forwardTo, events }));
    });
}

function addKeys(program: Command, { withServer }: Runner): void {
  const keys = program.command('keys').description("the account's API keys");
  reaching(keys.command('list'))
    .description('all keys, without their secrets')
    .action((flags: Flags) => withServer(flags, listKeys));
  reaching(keys.command('create'))
    .description('make a key; its secret is printed, once')
    .argument('<name>', 'what it is for')
    .option('--test-mode', 'a test key: what it starts reaches no carrier')
    .addOption(new Option('--permission <name...>', 'all that it may do').choices(ALL_PERMISSIONS))
    .option('--network <cidr...>', 'where it may be used from')
    .option('--expires-in <time>', 'when it ends: 30d, 12h', seconds)
    .action((name: string, options: Flags & NewKeyFlags) => {
      const { testMode, permission, network, expiresIn, ...flags } = options;
      const mode = testMode ? 'TEST' : 'LIVE';
      const key = { name, mode, permissions: permission, networks: network, endsIn: expiresIn } as const;
      return withServer(flags, (session) => createKey(session, key));
    });
  reaching(keys.command('rotate'))
    .description('give a key a new secret, which is printed, once')
    .argument('<id>', 'key_…')
    .option('--overlap <time>', 'how long the old secret goes on working', seconds, 86_400)
    .action((id: string, { overlap, ...flags }: Flags & { overlap: number }) =>
      withServer(flags, (session) => rotateKey(session, id, overlap)),
    );
  reaching(keys.command('revoke'))
    .description('end a key, everywhere and at once')
    .argument('<id>', 'key_…')
    .option('--even-last', 'also when nobody could manage keys then')
    .action((id: string, { evenLast = false, ...flags }: Flags & { evenLast?: boolean }) =>
      withServer(flags, (session) => revokeKey(session, id, evenLast)),
    );
}

function addCarriers(program: Command, { withServer }: Runner): void {
  const carriers = program.command('carriers').description("the account's carriers");
  reaching(carriers.command('list'))
    .description('all carriers, and how they stand')
    .action((flags: Flags) => withServer(flags, listCarriers));
  reaching(carriers.command('health'))
    .description('how carriers stand; with --watch live')
    .argument('[carrier...]', 'names or ids; all without any')
    .option('--watch', 'a line for each news, until Ctrl-C')
    .action((names: string[], { watch, ...flags }: Flags & { watch?: boolean }) =>
      withServer(flags, (session) => (watch ? watchCarriers(session, names) : listCarriers(session, names))),
    );
  reaching(carriers.command('test'))
    .description(
      'whether a carrier would take messages now, link by link; with a number, the way of one message',
    )
    .argument('<carrier>', 'its name or id; with a number, or those of a route')
    .argument(
      '[number]',
      'whom to send a code over this route alone, e.g. +385911234567; none is sent without',
    )
    .option(
      '--timeout <time>',
      'how long it may take: 15s to connect, for a message as long as its code',
      seconds,
    )
    .action((name: string, to: string | undefined, { timeout, ...flags }: Flags & { timeout?: number }) =>
      withServer(flags, (session) => {
        const timeoutMs = timeout === undefined ? undefined : timeout * 1_000;
        return to === undefined
          ? testCarrier(session, name, timeoutMs)
          : tryRoute(session, { name, to, timeoutMs });
      }),
    );
}

function addProfiles(program: Command, { alone, withServer }: Runner): void {
  program
    .command('login')
    .description('keep the address of a server and a key, which is read from stdin')
    .option('--url <url>', 'the server; asked for without it')
    .option('--profile <name>', 'what to call it', 'default')
    .option('--json', 'results as lines of JSON')
    .action((options: { url?: string; profile: string; json?: boolean }) =>
      alone({ json: options.json }, (person) => login(person, options)),
    );
  reaching(program.command('whoami'))
    .description('which server and key are used, and what the key may do')
    .action((flags: Flags) => withServer(flags, whoAmI));
  const profile = program.command('profile').description('the servers that were logged in to');
  const one = () => new Argument('<name>', 'of a profile');
  profile
    .command('list')
    .description('all of them; * is in use')
    .option('--json', 'results as lines of JSON')
    .action((flags: Flags) => alone(flags, listProfiles));
  profile
    .command('use')
    .description('take this one from now on')
    .addArgument(one())
    .option('--json', 'results as lines of JSON')
    .action((name: string, flags: Flags) => alone(flags, (person) => useProfile(person, name)));
  profile
    .command('remove')
    .description('forget it; its key goes on working')
    .addArgument(one())
    .option('--json', 'results as lines of JSON')
    .action((name: string, flags: Flags) => alone(flags, (person) => removeProfile(person, name)));
}

interface NewBatchFlags {
  service?: string;
  locale?: string;
  idempotencyKey?: string;
}

interface FollowFlags {
  after?: string;
  count?: number;
}

interface NewKeyFlags {
  testMode?: boolean;
  permission?: Permission[];
  network?: string[];
  expiresIn?: number;
}
