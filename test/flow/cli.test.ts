import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { VerificationId } from '../../src/ids.ts';
import { updateCarrier } from '../../src/carriers/update-carrier.ts';
import {
  connectSimulated,
  createTestAccount,
  createTestApp,
  createWaitingAccount,
  type TestApp,
} from '../support/app.ts';
import { cancelVerification } from '../../src/verifications/cancel.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { PROGRAM, runCli, startCli } from '../support/cli.ts';
import { openTerminal, whyNoTerminal, type Terminal } from '../support/terminal.ts';
import { startProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';
import { codesOn, createNumbers, received, start, stateOf, wrong } from '../support/verifying.ts';

const nextNumber = createNumbers(4_300_000);
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let key: string;
let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  testApp = await createTestApp();
  app = testApp.app;
  who = await createTestAccount(app);
  await connectSimulated(app, who, ['instant']);
  key = (await createApiKey(app, who.accountId, { name: 'CLI' })).key;
  home = await mkdtemp(join(tmpdir(), 'otpost-test-cli-'));
  env = { HOME: home, OTPOST_URL: app.server!.url, OTPOST_API_KEY: key };
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await testApp[Symbol.asyncDispose]();
});

describe('verify', () => {
  test('sends a code, tells live what happens, takes a wrong and the right code from stdin, and ends with 0', async () => {
    const to = nextNumber();
    await using cli = startCli(['verify', to, '--json'], { env });
    const { id } = await cli.told('started');
    const [code] = await received(app, to);
    cli.type(wrong(code!));
    expect(await cli.told('CodeRejected')).toMatchObject({ verification: { id, checksLeft: 4 } });
    cli.type(code!);
    expect(await cli.ended).toBe(0);
    const types = cli.said().map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['started', 'VerificationStarted', 'MessageQueued']);
    expect(types.at(-1)).toBe('VerificationApproved');
    const whole = [...cli.out, ...cli.err].join('\n');
    expect(whole).not.toContain(key);
    expect(whole).not.toContain('clientToken');
  });

  test('at Ctrl-C offers to cancel, and does it when told so', async () => {
    const to = nextNumber();
    await using cli = startCli(['verify', to, '--json'], { env });
    await cli.told('MessageQueued');
    cli.signal('SIGINT');
    await cli.asked('Cancel the verification?');
    cli.type('y');
    expect(await cli.told('canceled')).toMatchObject({ status: 'CANCELED' });
    expect(await cli.ended).toBe(130);
  });

  test('at Ctrl-C leaves it to go on when nobody can answer, says how to come back, and watch shows its end', async () => {
    const { id } = await start(app, who, nextNumber());
    await using cli = startCli(['watch', id, '--json'], { env });
    cli.hangUp();
    await cli.told('MessageQueued');
    cli.signal('SIGINT');
    expect(await cli.ended).toBe(130);
    expect(cli.err.join('\n')).toContain(`otpost cancel ${id}`);
    expect((await stateOf(app, { accountId: who.accountId, id })).status).toBe('pending');
    await using again = startCli(['watch', id], { env });
    await until(() => again.out.length > 1);
    expect(await runCli(['cancel', id, '--json'], { env })).toMatchObject({ code: 0 });
    expect(await again.ended).toBe(1);
    expect(again.out.at(-1)).toContain('canceled');
    // No terminal, no colours.
    expect(again.out.join('')).not.toContain('\x1b');
  });

  test('at Ctrl-C ends by itself when the verification does while it is asked whether to cancel', async () => {
    const to = nextNumber();
    await using cli = startCli(['verify', to, '--json'], { env });
    const { id } = (await cli.told('started')) as { id: VerificationId };
    const [code] = await received(app, to);
    cli.signal('SIGINT');
    await cli.asked('Cancel the verification?');
    await checkVerification(app, who, { verificationId: id, code: code! });
    expect(await cli.ended).toBe(0);
    expect(cli.said().at(-1)).toMatchObject({ type: 'VerificationApproved' });
  });

  test.each<[string, number, (id: VerificationId, code: string) => Promise<unknown>]>([
    ['approved', 0, (verificationId, code) => checkVerification(app, who, { verificationId, code })],
    ['canceled', 1, (id) => cancelVerification(app, who, id)],
  ])('asks for no code of a verification that was %s elsewhere', async (_how, exit, end) => {
    const to = nextNumber();
    const { id } = await start(app, who, to);
    const [code] = await received(app, to);
    await using asking = startCli(['watch', id], { env });
    await asking.asked('Code:');
    await end(id, code!);
    expect(await asking.ended).toBe(exit);
    await using late = startCli(['watch', id], { env });
    expect(await late.ended).toBe(exit);
    expect(late.err).toEqual([]);
  });

  test('asks no more once all checks are used up, and ends with 1', async () => {
    const to = nextNumber();
    await using cli = startCli(['verify', to, '--json'], { env });
    const [code] = await received(app, to);
    for (let i = 0; i < 5; i++) cli.type(wrong(code!));
    expect(await cli.ended).toBe(1);
    expect(cli.err.filter((line) => line.startsWith('Code:'))).toHaveLength(5);
  });
});

describe('in a terminal', () => {
  const PROGRAM = fileURLToPath(new URL('../../src/cli/otpost.js', import.meta.url));

  /** Runs a command as somebody at a keyboard does, then shows how it ended and how the terminal is left. */
  function atKeyboard(args: string) {
    return openTerminal(`'${process.execPath}' '${PROGRAM}' ${args}; echo "exit=$?"; stty -a`, env);
  }

  /** As a shell needs it: what is typed is shown, by lines, and the cursor is there. */
  function expectSane(terminal: Terminal): void {
    const settings = terminal.screen().join(' ');
    for (const on of ['icanon', 'echo', 'isig', 'icrnl', 'opost'])
      expect(settings, on).toMatch(new RegExp(`(?<![-\\w])${on}(?!\\w)`));
    expect(terminal.sent().lastIndexOf('\x1b[?25l')).toBeLessThanOrEqual(
      terminal.sent().lastIndexOf('\x1b[?25h'),
    );
  }

  test('verify shows what happens above the line that is typed on, and takes a wrong and the right code', async ({
    skip,
  }) => {
    const missing = await whyNoTerminal();
    if (missing !== undefined) return skip(missing);
    const to = nextNumber();
    await using terminal = atKeyboard(`verify ${to}`);
    await terminal.shows('message delivered');
    const [code] = await received(app, to);
    // Under all that has come by then, with nothing typed.
    await until(() => terminal.screen().at(-1) === 'Code:');
    terminal.press(wrong(code!).slice(0, 3));
    await terminal.shows(`Code: ${wrong(code!).slice(0, 3)}`);
    terminal.press(`${wrong(code!).slice(3)}\r`);
    await terminal.shows(/^\d\d:\d\d:\d\d {2}wrong code$/);
    terminal.press(`${code}\r`);
    await terminal.shows('exit=0');
    expect(await terminal.ended).toBe(0);
    const lines = terminal.screen();
    const timeline = lines.flatMap((line) => /^\d\d:\d\d:\d\d {2}([a-z]+(?: [a-z]+)?)/.exec(line)?.[1] ?? []);
    expect(timeline).toEqual([
      ...['verification started', 'message queued', 'message sent', 'message delivered'],
      ...['wrong code', 'approved'],
    ]);
    expect(lines[0]).toContain(to);
    expectSane(terminal);
  });

  test('watch asks nothing about what is over, and leaves no prompt behind', async ({ skip }) => {
    const missing = await whyNoTerminal();
    if (missing !== undefined) return skip(missing);
    const { id } = await start(app, who, nextNumber());
    await cancelVerification(app, who, id);
    await using terminal = atKeyboard(`watch ${id}`);
    await terminal.shows('exit=1');
    expect(await terminal.ended).toBe(0);
    expect(terminal.sent()).not.toContain('Code:');
    const lines = terminal.screen();
    expect(lines[lines.indexOf('exit=1') - 1]).toMatch(/^\d\d:\d\d:\d\d {2}verification canceled$/);
    expectSane(terminal);
  });

  test('Ctrl-C asks whether to cancel, and pressed again ends it at once, with 130 and the terminal as it was', async ({
    skip,
  }) => {
    const missing = await whyNoTerminal();
    if (missing !== undefined) return skip(missing);
    const to = nextNumber();
    await using terminal = atKeyboard(`verify ${to}`);
    await terminal.shows('message delivered');
    terminal.press('12');
    await terminal.shows('Code: 12');
    terminal.press('\x03');
    await terminal.shows('Cancel the verification? [y/N]');
    terminal.press('\x03');
    await terminal.shows('exit=130');
    expect(await terminal.ended).toBe(0);
    expectSane(terminal);
    const id = /vrf_[\da-f]+/.exec(terminal.sent())![0] as VerificationId;
    expect((await stateOf(app, { accountId: who.accountId, id })).status).toBe('pending');
  });
});

describe('batch', () => {
  test('starts all numbers of a file, shows how far it is, names the rows that were refused; sent again it is the same one', async () => {
    const file = join(home, 'numbers.txt');
    const numbers = [nextNumber(), nextNumber(), nextNumber()];
    await writeFile(file, `${numbers.slice(0, 2).join('\n')}\n\n+3859\r\n${numbers[2]}\n`);
    const first = await runCli(['batch', 'start', file, '--json'], { env });
    const said = first.out.map((line) => JSON.parse(line) as Record<string, unknown>);
    const batch = said.find(({ type }) => type === 'batch')!;
    expect(batch).toMatchObject({ rows: 4 });
    expect(said.filter(({ type }) => type === 'row')).toMatchObject([
      { status: 'refused', error: { code: 'input/phone_number' } },
    ]);
    expect(said.at(-1)).toMatchObject({ type: 'ended', rows: 4, started: 3, refused: 1, queued: 0 });
    expect(first.code).toBe(1);
    for (const number of numbers) await received(app, number);

    const again = await runCli(['batch', 'start', file], { env });
    expect(again.out[0]).toContain(batch.id);
    expect(again.out.at(-1)).toContain('3 of 4 started, 1 refused');
    expect(again.err.join('\n')).toContain('Rows: 4 of 4 (100 %)');
    for (const number of numbers) expect(codesOn(app, number)).toHaveLength(1);
  });

  test('can be left to go on, and be ended', async () => {
    const waiting = await createWaitingAccount(app);
    const own = {
      env: { ...env, OTPOST_API_KEY: (await createApiKey(app, waiting.accountId, { name: 'CLI' })).key },
    };
    const file = join(home, 'rows.ndjson');
    // More than are begun while nothing flows off.
    const rows = Array.from({ length: 100 }, () => JSON.stringify({ to: nextNumber(), locale: 'hr' }));
    await writeFile(file, rows.join('\n'));
    await using cli = startCli(['batch', 'start', file, '--idempotency-key', 'one', '--json'], own);
    const { id } = (await cli.told('batch')) as { id: string };
    await cli.told('progress');
    cli.signal('SIGINT');
    expect(await cli.ended).toBe(130);
    expect(cli.err.join('\n')).toContain(`otpost batch cancel ${id}`);
    const canceled = await runCli(['batch', 'cancel', id, '--json'], own);
    expect(canceled).toMatchObject({ code: 0 });
    const watched = await runCli(['batch', 'watch', id], own);
    expect(watched.code).toBe(1);
    const [, started, left] = /^canceled: (\d+) of 100 started, 0 refused, (\d+) canceled$/.exec(
      watched.out.at(-1)!,
    )!;
    expect(Number(started) + Number(left)).toBe(100);
    expect(watched.out).toHaveLength(Number(left) + 1);
  });
});

describe('what is wrong is said in one line that says what to do', () => {
  test.concurrent.each([
    ['a number that is none', ['verify', 'nonsense'], {}, 2, /no letters.*\+385/],
    ['an unknown key', ['tail'], { OTPOST_API_KEY: 'otp_live_nobody' }, 3, /Copy it again.*OTPOST_API_KEY/],
    ['a server that is not there', ['tail'], { OTPOST_URL: 'http://127.0.0.1:1' }, 4, /no answer.*running/],
    ['an address that is none', ['tail'], { OTPOST_URL: 'ftp://otp.example' }, 2, /"ftp:.*not the address/],
    ['no server known', ['tail'], { OTPOST_URL: '', OTPOST_API_KEY: '' }, 2, /otpost login/],
    ['a target that is none', ['listen', '--forward-to', 'http://'], {}, 2, /localhost:3000/],
    ['a profile that is not there', ['tail', '--profile', 'x'], { OTPOST_API_KEY: '' }, 2, /"x".*none/],
    ['a carrier that is not there', ['carriers', 'test', 'x'], {}, 2, /no carrier "x"; there are: /],
    ['a file that is not there', ['batch', 'start', '/no/such.txt'], {}, 2, /\/no\/such\.txt cannot be read/],
    ['a verification that is not there', ['cancel', `vrf_${'0'.repeat(32)}`], {}, 1, /no such verification/],
  ])('%s', async (_what, args, more, code, line) => {
    const options = { env: { ...env, ...more }, cwd: home };
    const { err, out, code: ended } = await runCli(args, options);
    expect({ err, out, ended }).toEqual({ err: [expect.stringMatching(line)], out: [], ended: code });
  });

  test('and not behind a question that is about nothing', async () => {
    const { err, code } = await runCli(['watch', `vrf_${'0'.repeat(32)}`], { env, cwd: home });
    expect({ err, code }).toEqual({
      err: ['otpost: There is no such verification in this account.'],
      code: 1,
    });
  });

  test('and what cannot be written is told', async () => {
    const full = spawn('sh', ['-c', '"$0" "$1" --version > /dev/full', process.execPath, PROGRAM]);
    const told = Buffer.concat(await Array.fromAsync(full.stderr as AsyncIterable<Buffer>)).toString();
    expect(told).toMatch(/^otpost: .*ENOSPC/);
  });

  test('with --json also as an object on stdout, and wrong usage ends with 2', async () => {
    const [denied, misused] = await Promise.all([
      runCli(['whoami', '--json'], { env: { ...env, OTPOST_API_KEY: 'x' } }),
      runCli(['tail', '--count', 'many', '--json'], { env }),
    ]);
    expect(JSON.parse(denied.out[0]!)).toMatchObject({ type: 'error', code: 'auth/invalid' });
    expect(JSON.parse(misused.out[0]!)).toMatchObject({ type: 'error', code: 'cli/usage' });
    expect(misused.code).toBe(2);
  });
});

describe('where it finds its server', () => {
  test('login keeps a key for its owner alone, and refuses to read one that others can read', async () => {
    const config = await mkdtemp(join(home, 'config-'));
    const { OTPOST_URL: url } = env;
    const own = { env: { HOME: home, XDG_CONFIG_HOME: config } };
    const bad = await runCli(['login', '--url', url!], own, ['otp_live_nobody']);
    expect(bad.code).toBe(3);
    const good = await runCli(['login', '--url', url!, '--profile', 'here', '--json'], own, [key]);
    expect(good).toMatchObject({ code: 0 });
    expect(JSON.parse(good.out[0]!)).toMatchObject({ name: 'here', accountId: who.accountId });
    expect([...good.out, ...good.err].join('')).not.toContain(key);
    const path = join(config, 'otpost', 'config.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toContain(key);
    expect(await runCli(['whoami'], own)).toMatchObject({
      code: 0,
      out: [expect.stringContaining('the profile here')],
    });
    const used = await runCli(['profile', 'use', 'here', '--json'], own);
    expect(JSON.parse(used.out[0]!)).toEqual({ type: 'profile', name: 'here' });
    // It goes where it was kept for, and nowhere else.
    const elsewhere = await runCli(['whoami', '--url', 'http://127.0.0.1:1'], own);
    expect(elsewhere).toMatchObject({ code: 3, err: [expect.stringContaining('goes there only')] });
    await chmod(path, 0o644);
    const open = await runCli(['whoami'], own);
    expect(open).toMatchObject({ code: 2, err: [expect.stringContaining(`chmod 600 ${path}`)] });
    expect(open.err.join('')).not.toContain(key);
  });

  test('a flag comes before the environment, that before a profile, that before the development server', async () => {
    const folder = await mkdtemp(join(home, 'folder-'));
    const config = join(folder, 'config', 'otpost');
    await mkdir(config, { recursive: true });
    await mkdir(join(folder, '.data'));
    const url = (port: number) => `http://127.0.0.1:${port}`;
    const dev = { url: url(4), apiKey: 'd', testApiKey: 't', simulatorUrl: url(9) };
    await writeFile(join(folder, '.data', 'dev.json'), JSON.stringify(dev));
    const asked = async (args: string[], more: Record<string, string>) => {
      const { err } = await runCli(['whoami', ...args], { env: { HOME: folder, ...more }, cwd: folder });
      return /no answer from (\S+)\/graphql/.exec(err[0]!)?.[1];
    };
    const fromEnvironment = { OTPOST_URL: url(2), OTPOST_API_KEY: 'e' };
    const XDG_CONFIG_HOME = join(folder, 'config');
    expect(await asked([], {})).toBe(url(4));
    const profiles = { current: 'p', profiles: { p: { url: url(3), apiKey: 'p' } } };
    await writeFile(join(config, 'config.json'), JSON.stringify(profiles), { mode: 0o600 });
    expect(await asked([], { XDG_CONFIG_HOME })).toBe(url(3));
    expect(await asked([], { XDG_CONFIG_HOME, ...fromEnvironment })).toBe(url(2));
    expect(await asked(['--url', url(1)], { XDG_CONFIG_HOME, ...fromEnvironment })).toBe(url(1));
  });
});

test('keys: a new one is all that is on stdout, works, gets a new secret, and ends', async () => {
  const made = await runCli(['keys', 'create', 'CI', '--permission', 'verifications:read', '--json'], {
    env,
  });
  const { id, secret } = JSON.parse(made.out[0]!) as { id: string; secret: string };
  const rotated = await runCli(['keys', 'rotate', id, '--overlap', '0s'], { env });
  expect(rotated.out).toEqual([expect.stringMatching(/^otp_live_\w{39}$/)]);
  const as = (OTPOST_API_KEY: string) => runCli(['whoami', '--json'], { env: { ...env, OTPOST_API_KEY } });
  const [before, after] = await Promise.all([as(secret), as(rotated.out[0]!)]);
  expect(before.code).toBe(3);
  expect(JSON.parse(after.out[0]!)).toMatchObject({ apiKeyId: id, permissions: ['VERIFICATIONS_READ'] });
  const denied = await runCli(['keys', 'list'], { env: { ...env, OTPOST_API_KEY: rotated.out[0]! } });
  expect(denied).toMatchObject({ code: 3, err: [expect.stringContaining('keys:manage')] });
  expect(await runCli(['keys', 'revoke', id], { env })).toMatchObject({ code: 0 });
  const { out } = await runCli(['keys', 'list'], { env });
  expect(out.find((line) => line.includes(id))).toMatch(
    /CI.*verifications:read +key_[0-9a-f]{32} .*revoked$/,
  );
});

test('carriers: how they stand, live, and whether one takes messages', async () => {
  const [listed, tested] = await Promise.all([
    runCli(['carriers', 'list', '--json'], { env }),
    runCli(['carriers', 'test', 'instant', '--json'], { env }),
  ]);
  const carrier = JSON.parse(listed.out[0]!) as { id: `car_${string}`; name: string };
  expect(tested).toMatchObject({ code: 0 });
  expect(JSON.parse(tested.out[0]!)).toMatchObject({ takesMessages: true, id: carrier.id });
  await using live = startCli(['carriers', 'health', carrier.name, '--watch', '--json'], { env });
  const isIn = (state: string) => live.said().some((health) => health.state === state);
  await until(() => isIn('UP'));
  await updateCarrier(app, who, carrier.id, { enabled: false });
  await until(() => isIn('UNKNOWN'));
  const disabled = await runCli(['carriers', 'test', carrier.name], { env });
  expect(disabled).toMatchObject({ code: 1, err: [expect.stringContaining('not enabled')] });
  await updateCarrier(app, who, carrier.id, { enabled: true });
  live.signal('SIGINT');
  expect(await live.ended).toBe(0);
});

test('carriers test with a number: one message over one route alone, its way live, and how it ended', async () => {
  const own = await createTestAccount(app, { coolDownSeconds: 0 });
  await connectSimulated(app, own, ['instant', 'rejecting']);
  const asOwn = {
    env: { ...env, OTPOST_API_KEY: (await createApiKey(app, own.accountId, { name: 'CLI' })).key },
  };
  const to = nextNumber();
  await start(app, own, to);
  await received(app, to);
  const delivered = await runCli(['carriers', 'test', 'instant', to, '--json'], asOwn);
  expect(delivered.code).toBe(0);
  const said = delivered.out.map((line) => JSON.parse(line) as { type: string });
  expect(said.map(({ type }) => type)).toEqual([
    'started',
    'MessageQueued',
    'MessageSent',
    'MessageDelivered',
    'tried',
  ]);
  expect(said.at(-1)).toMatchObject({ status: 'DELIVERED', attempts: [{ route: { name: 'instant' } }] });
  const refused = await runCli(['carriers', 'test', 'rejecting', nextNumber()], asOwn);
  expect(refused.code).toBe(1);
  expect(refused.out.join('\n')).toMatch(/over rejecting of rejecting[^]*REJECTED.*0x00000045[^]*FAILED/);
  expect(await runCli(['carriers', 'test', 'x', to], asOwn)).toMatchObject({
    code: 2,
    err: [expect.stringContaining('There is no route "x"; there are: instant, rejecting.')],
  });
  expect(await runCli(['carriers', 'test', 'instant', '12'], asOwn)).toMatchObject({ code: 2 });
});

test('tail: misses nothing when the line breaks before the first event, and goes on behind a cursor', async () => {
  const { hostname, port } = new URL(app.server!.url);
  await using proxy = await startProxy({ host: hostname, port: Number(port) });
  const through = { env: { ...env, OTPOST_URL: `http://127.0.0.1:${proxy.port}` } };
  const types = ['--type', 'VerificationStarted', '--json'];
  await using cli = startCli(['tail', ...types], through);
  await cli.asked('Ctrl-C ends it');
  await proxy.cut();
  const missed = await start(app, who, nextNumber());
  await until(() => cli.err.some((line) => line.includes('nothing is missed')));
  await proxy.mend();
  await until(() => idsOf(cli.said()).includes(missed.id));
  const later = await start(app, who, nextNumber());
  await until(() => cli.said().length === 2);
  cli.signal('SIGINT');
  expect(await cli.ended).toBe(0);
  expect(idsOf(cli.said())).toEqual([missed.id, later.id]);
  const after = String(cli.said()[0]!.cursor);
  const again = await runCli(['tail', ...types, '--after', after, '--count', '1'], through);
  expect(again.code).toBe(0);
  expect(JSON.parse(again.out[0]!)).toEqual(cli.said()[1]);
});

function idsOf(events: readonly Record<string, unknown>[]): string[] {
  return events.map(({ verification }) => (verification as { id: string }).id);
}

test('completion: the shells get a script, and it asks for commands, options and their values', async () => {
  const { out: script } = await runCli(['complete', 'bash'], { env });
  const path = join(home, 'completion.bash');
  await writeFile(path, script.join('\n'));
  await promisify(execFile)('bash', ['-n', path]);
  const complete = async (...words: string[]) =>
    (await runCli(['complete', '--', ...words], { env })).out.map((line) => line.split('\t')[0]);
  expect(await complete('ver')).toContain('verify');
  expect(await complete('keys', 'ro')).toContain('rotate');
  expect(await complete('listen', '--for')).toContain('--forward-to');
  expect(await complete('listen', '--events', 'verification.a')).toContain('verification.approved');
});

test('the package installs without anything else, and runs where it was installed', async () => {
  const run = promisify(execFile);
  const folder = await mkdtemp(join(home, 'package-'));
  await run(process.execPath, ['build-cli.ts', join(folder, 'cli')]);
  await writeFile(join(folder, 'package.json'), '{}');
  const flags = ['--offline', '--no-audit', '--no-fund', '--install-links', './cli'];
  await run('npm', ['install', ...flags], { cwd: folder });
  const installed = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: object;
  };
  expect(Object.keys(installed.packages)).toEqual(['', 'node_modules/otpost']);
  const { stdout } = await run('npx', ['otpost', 'whoami', '--json'], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  });
  expect(JSON.parse(stdout)).toMatchObject({ accountId: who.accountId });
});
