import { connect } from 'node:net';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { idOfSid, sidOf } from '../../src/rest/twilio/sids.ts';
import { listServices } from '../../src/services/list.ts';
import { codeOnApp } from './factors.ts';
import { basic } from './twilio.ts';
import { codeOf, happened, wrong } from './verifying.ts';
import { withoutTable } from './without-table.ts';

/** Somebody who goes as clients of Twilio do, with numbers and codes also where none belong. */
export interface TwilioWalk {
  app: RunningApp;
  who: Principal;
  /** An API key of theirs. */
  credential: string;
  /** What they were answered. */
  said: string[];
  /** Of somebody of their support. */
  supportToken: string;
  /** What that one was answered. */
  toPeople: string[];
  /** A new number that will be looked for. */
  aNumber: (what: string) => string;
  /** Looks for this code as well. */
  knowCode: (what: string, code: string) => void;
  /** And for this secret, which is shown once. */
  knowSecret: (what: string, secret: string) => void;
}

interface Client {
  walk: TwilioWalk;
  /** The path of a service. */
  of: string;
  call: (path: string, form?: Record<string, string>, method?: string) => Promise<TwilioAnswer>;
}

interface TwilioAnswer {
  status: number;
  sid: string;
  entity_sid?: string;
  binding?: { secret: string };
}

/** Verifications, and all that Twilio's clients put numbers into besides: lists, identities, keys of limits. */
export async function throughTwilio(walk: TwilioWalk): Promise<void> {
  const { app, who, credential, said } = walk;
  const [service] = await listServices(app, who);
  const headers = { authorization: basic(who.accountId, credential) };
  const call: Client['call'] = async (path, form, method = form ? 'POST' : 'GET') => {
    const body = form && new URLSearchParams(form);
    const response = await fetch(app.server!.url + path, { headers, method, ...(body && { body }) });
    const text = await response.text();
    // That of an app is for whoever adds it.
    said.push(text.replace(/"binding":\{[^}]*\}/, '"binding":{}'));
    return { ...(text === '' ? {} : (JSON.parse(text) as object)), status: response.status } as TwilioAnswer;
  };
  const client = { walk, of: `/v2/Services/${sidOf(service!.id)}`, call };
  await verified(client);
  await listed(client);
  await limited(client);
  await enrolled(client);
  await brokenOff(client);
}

async function verified({ walk: { app, who, aNumber, knowCode }, of, call }: Client): Promise<void> {
  const to = aNumber('a client of Twilio');
  const { sid } = await call(`${of}/Verifications`, { To: to, Channel: 'sms' });
  const v = { accountId: who.accountId, id: idOfSid('vrf', sid)! };
  await happened(app, v, 'MessageDelivered');
  const code = await codeOf(app, v);
  knowCode('a client of Twilio', code);
  await call(`${of}/Verifications`, { To: `${to}99999999`, Channel: code, Locale: to });
  await call(`${of}/Verifications`, { To: to, Channel: 'sms', CustomCode: code, [code]: to });
  await call(`${of}/VerificationCheck`, { To: to, Code: wrong(code) });
  await call(`${of}/VerificationCheck`, { VerificationSid: to, Code: code });
  await withoutTable(app, 'verifications', async () => {
    await failing(call(`${of}/Verifications`, { To: to, Channel: 'sms' }));
    await failing(call(`${of}/VerificationCheck`, { To: to, Code: code }));
  });
  await call(`${of}/VerificationCheck`, { To: to, Code: code });
  await call(`${of}/VerificationCheck`, { To: to, Code: code });
  await call(`${of}/Verifications/${code}?To=${to}`);
  await call(`/v2/${to}/${code}`);
  for (const query of [`ChannelData.To=${encodeURIComponent(to)}`, `Country=${to}`, `PageToken=${to}`])
    await call(`/v2/Attempts?PageSize=1&${query}`);
  await call(`/v2/Attempts/${to}`);
  await call(`/v2/Attempts/Summary?DestinationPrefix=${to}`);
}

/** The one list whose paths are numbers. */
async function listed({ walk: { app, aNumber }, call }: Client): Promise<void> {
  const all = '/v2/SafeList/Numbers';
  const to = aNumber('the safe list');
  const another = aNumber('the safe list, not in it');
  for (const PhoneNumber of [to, to, `${to}99999999`]) await call(all, { PhoneNumber });
  for (const number of [to, another, `${another}99999999`, `${to}/${another}`])
    for (const method of ['GET', 'DELETE', 'DELETE', 'PUT'])
      await call(`${all}/${number}`, undefined, method);
  await withoutTable(app, 'safe_numbers', async () => {
    for (const method of ['GET', 'DELETE']) await failing(call(`${all}/${to}`, undefined, method));
    await failing(call(all, { PhoneNumber: another }));
  });
  await call(`${all}/${to}`, { PhoneNumber: another });
}

/** What starts are counted by, and where it does not belong. */
async function limited({ walk: { app, aNumber }, of, call }: Client): Promise<void> {
  const value = aNumber('the key of a limit');
  const { sid } = await call(`${of}/RateLimits`, { UniqueName: 'caller' });
  await call(`${of}/RateLimits/${sid}/Buckets`, { Max: '1', Interval: '60' });
  const to = aNumber('a start that is limited');
  const start = (RateLimits: string) => call(`${of}/Verifications`, { To: to, Channel: 'sms', RateLimits });
  await start(JSON.stringify({ caller: value }));
  const reached = await start(JSON.stringify({ caller: value }));
  if (reached.status !== 429) throw new Error('the limit of one start was not reached by two');
  for (const keys of [{ [value]: 'x' }, { caller: '' }, { caller: [value] }])
    await start(JSON.stringify(keys));
  await start(value);
  await call(`${of}/RateLimits/${value}/Buckets/${value}`);
  await call(`${of}/RateLimits/${sid}/Buckets`, { Max: value, Interval: value });
  await withoutTable(app, 'limit_buckets', () =>
    failing(call(`${of}/RateLimits/${sid}/Buckets?PageToken=${value}`)),
  );
}

/** Somebody whom an account knows by their number. */
async function enrolled({ walk, of, call }: Client): Promise<void> {
  const { app, aNumber, knowSecret } = walk;
  const identity = aNumber('an entity');
  const one = `${of}/Entities/${encodeURIComponent(identity)}`;
  for (const Identity of [identity, identity, '']) await call(`${of}/Entities`, { Identity });
  const another = aNumber('an entity that its factor brings');
  for (const who of [identity, another]) {
    const of_ = `${of}/Entities/${encodeURIComponent(who)}`;
    const made = await call(`${of_}/Factors`, { FactorType: 'totp', FriendlyName: who });
    const { secret } = made.binding!;
    knowSecret('an authenticator app', secret);
    const factor = `${of_}/Factors/${made.sid}`;
    await call(`${of_}/Challenges`, { FactorSid: made.sid });
    await call(factor, { AuthPayload: who, FriendlyName: who });
    await call(factor, { AuthPayload: codeOnApp(secret, app.clock()) });
    const challenge = await call(`${of_}/Challenges`, { FactorSid: made.sid });
    for (const AuthPayload of [who, secret, '000000'])
      await call(`${of_}/Challenges/${challenge.sid}`, { AuthPayload });
    await call(`${of_}/Challenges?FactorSid=${made.sid}&Status=pending`);
    for (const path of ['', '/Factors', '/Challenges', `/Factors/${who}`, `/Challenges/${who}`])
      await call(of_ + path);
    await call(`${of_}/Challenges`, { FactorSid: who, AuthPayload: who, ExpirationDate: who });
    await call(`${of_}/Factors`, { FactorType: who, FriendlyName: who, 'Binding.Secret': who });
    await supported(walk, `${of}/Entities`, made);
  }
  for (const table of ['entities', 'factors', 'challenges'])
    await withoutTable(app, table, async () => {
      for (const path of ['', '/Factors', '/Challenges'])
        await call(one + path, path === '' ? undefined : { FactorType: 'totp', FriendlyName: identity });
    });
  await call(one, undefined, 'DELETE');
  for (const path of ['', '/Factors', '/Challenges']) await call(one + path);
}

/** As somebody looks who helps them: who sees no number finds them in the list, and goes on by what that says. */
async function supported(
  { app, who, supportToken, toPeople }: TwilioWalk,
  all: string,
  { sid, entity_sid }: TwilioAnswer,
): Promise<void> {
  const headers = { authorization: basic(who.accountId, supportToken) };
  for (const path of ['', '/Factors', `/Factors/${sid}`, '/Challenges'].map(
    (end) => `/${entity_sid!}${end}`,
  )) {
    const response = await fetch(app.server!.url + all + path, { headers });
    if (!response.ok) throw new Error(`support was not shown ${path}: ${response.status}`);
    toPeople.push(await response.text());
  }
  toPeople.push(await (await fetch(app.server!.url + all, { headers })).text());
}

/** Requests whose client goes away in their middle, and one that fails before anybody has looked whose it is. */
async function brokenOff({ walk: { app, who, credential, aNumber }, of }: Client): Promise<void> {
  const to = aNumber('a request that breaks off');
  const { port } = new URL(app.server!.url);
  const say = async (lines: readonly string[], body: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // Half closed: the server hangs up once it has seen that no more will come.
    socket.end(
      `${[...lines, 'Host: 127.0.0.1', `Authorization: ${basic(who.accountId, credential)}`].join('\r\n')}\r\n\r\n${body}`,
    );
    await closed;
  };
  const form = 'Content-Type: application/x-www-form-urlencoded';
  for (const path of [
    `/v2/SafeList/Numbers/${to}`,
    `${of}/Entities/${to}/Factors`,
    `${of}/Verifications?To=${to}`,
  ])
    for (const length of ['Content-Length: 400', 'Transfer-Encoding: chunked'])
      await say([`POST ${path} HTTP/1.1`, form, length], `To=${to}`);
  await say([`GET /v2/SafeList/Numbers/${to} HTTP/2.7`], '');
  const gone = new AbortController();
  const asked = fetch(`${app.server!.url}/v2/SafeList/Numbers/${to}`, { signal: gone.signal });
  gone.abort();
  await asked.catch(() => undefined);
  await app.sql`ALTER TABLE accounts RENAME COLUMN allowed_origins TO origins_away`;
  try {
    const headers = { origin: 'https://elsewhere.example' };
    await fetch(`${app.server!.url}/v2/SafeList/Numbers/${to}?To=${to}`, { headers }).then(
      () => Promise.reject(new Error('a request went through without the origins of the accounts')),
      () => undefined,
    );
  } finally {
    await app.sql`ALTER TABLE accounts RENAME COLUMN origins_away TO allowed_origins`;
  }
}

async function failing(answer: Promise<TwilioAnswer>): Promise<void> {
  const { status } = await answer;
  if (status !== 500) throw new Error(`answered with ${status} while a table was away`);
}
