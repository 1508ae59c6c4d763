import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { idFromUuid, type VerificationId } from '../../src/ids.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { inviteMember } from '../../src/people/invite.ts';
import { createOtpost } from '../../src/sdk/index.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { createSocketClient } from './graphql.ts';
import { aMember } from './member.ts';
import { connectSimulated } from './app.ts';
import { TestHttpServer } from './http-server.ts';
import { restCallerWith, type RestCaller } from './rest.ts';
import { openEvents } from './server-events.ts';
import type { MailServer } from './smtp-server.ts';
import { until } from './until.ts';
import { codeOf, happened, wrong } from './verifying.ts';
import { withoutTable } from './without-table.ts';

/** What was said through each door. An API key may see numbers, nobody a code. */
export interface Said {
  toApiKeys: string[];
  toClients: string[];
  toWebhooks: string[];
  toPeople: string[];
  inAudit: string[];
  byMail: string[];
}

/** Somebody who walks a number and its code through the doors beside GraphQL. */
export interface Walk {
  app: RunningApp;
  who: Principal;
  /** An API key of theirs. */
  credential: string;
  said: Said;
  mail: MailServer;
  /** A new number that will be looked for. */
  aNumber: (what: string) => string;
  /** Looks for this code as well. */
  knowCode: (what: string, code: string) => void;
}

/** REST, event streams over HTTP, webhooks, the SDK, the audit log and its exports, subjects, invitations. */
export async function throughDoors(walk: Walk): Promise<void> {
  const { app, who, said } = walk;
  await connectSimulated(app, who, ['instant']);
  await using hooks = await TestHttpServer.start((response) => void response.writeHead(200).end());
  // In its path and query: an operator's own secrets, which the log of deliveries need not show.
  await createWebhookEndpoint(app, who, { url: `${hooks.url}/hook` });
  const support = await aMember(app, who.accountId, 'support');
  await using _ofKey = watchRequests(walk, walk.credential);
  await using _ofPerson = watchRequests(walk, support.token);
  const rest = restCallerWith(app, walk.credential);
  await overRest(walk, rest);
  await bySdk(walk);
  await fromAHandset(walk, rest);
  await mailed(walk);
  await until(() => hooks.received.filter(({ body }) => body.includes('verification.approved')).length >= 2);
  said.toWebhooks.push(
    ...hooks.received.map((one) => `${one.url} ${JSON.stringify(one.headers)} ${one.body}`),
  );
  await until(() => said.toWebhooks.filter((said) => REQUEST_APPROVED.test(said)).length >= 4);
  const misplaced = encodeURIComponent(walk.aNumber('the filter of an export'));
  for (const path of ['/v1/audit?format=ndjson', '/v1/audit?format=csv', '/v1/audit/checkpoints'])
    said.inAudit.push(await textAt(walk, path));
  for (const filter of [`target=${misplaced}`, `actor=${misplaced}`, `action=${misplaced}`])
    said.inAudit.push(await textAt(walk, `/v1/audit?${filter}`));
  await withoutTable(app, 'audit_entries', async () => {
    said.inAudit.push(await textAt(walk, `/v1/audit?target=${misplaced}`).catch(String));
  });
}

const REQUEST_APPROVED = /"webhookRequests":.*"name":"verification\.approved"/;

/** As `otpost listen` does: each event as an endpoint would be sent it. */
function watchRequests({ app, said }: Walk, credential: string): AsyncDisposable {
  const client = createSocketClient(app, credential);
  client.subscribe(
    { query: 'subscription { webhookRequests { cursor name verificationId body } }' },
    {
      next: (value) => void said.toWebhooks.push(JSON.stringify(value)),
      error: (error) => void said.toWebhooks.push(JSON.stringify(error)),
      complete: () => undefined,
    },
  );
  return client;
}

async function overRest(walk: Walk, rest: RestCaller): Promise<void> {
  const { app, who, said, aNumber, knowCode } = walk;
  const to = aNumber('a start over REST');
  const tell = (answer: object) => void said.toApiKeys.push(JSON.stringify(answer));
  const { body: started } = await rest.post('/v1/verifications', { to }, { 'idempotency-key': `rest ${to}` });
  const id = started.id as VerificationId;
  const v = { accountId: who.accountId, id };
  const path = `/v1/verifications/${id}`;
  const code = await codeOf(app, v);
  knowCode('a start over REST', code);
  const [watching, frontend] = await Promise.all([
    openEvents(`${app.server!.url}${path}/events`, walk.credential),
    openEvents(`${app.server!.url}${path}/events`, String(started.clientToken)),
  ]);
  await happened(app, v, 'MessageDelivered');
  // Of callers who mistake one field for another, and have it in the path and the query.
  for (const body of [
    { to, code },
    { to: [to] },
    { to: `${to}0000000` },
    { to, [code]: to },
    `{"to":"${to}"`,
  ])
    tell(await rest.post('/v1/verifications', body));
  for (const wrongly of [
    `/v1/verifications/${to}`,
    `/v1/${code}`,
    `/v1/verifications?to=${code}`,
    `${path}?code=${code}`,
  ])
    tell(await rest.get(wrongly));
  tell(await rest.post(`${path}/resend`));
  tell(await rest.post(`${path}/check`, { code: wrong(code) }));
  tell(await rest.post(`${path}/check`, { code: [code] }));
  tell(await rest.post(`${path}/check`, { code, clientAddress: to }));
  tell(await rest.post(`${path}/check`, { code }));
  tell(await rest.post(`${path}/check`, { code }));
  for (const found of [path, `${path}/messages`, `/v1/verifications?to=${encodeURIComponent(to)}`])
    tell(await rest.get(found));
  tell(await rest.post(`${path}/reveal`));
  tell(await rest.post('/v1/subjects/export', { to }));
  said.toApiKeys.push(JSON.stringify(await watching.take(({ type }) => type === 'VerificationApproved')));
  said.toClients.push(JSON.stringify(await frontend.take(({ type }) => type === 'VerificationApproved')));
  watching.close();
  frontend.close();
  const analyst = restCallerWith(app, (await aMember(app, who.accountId, 'support')).token);
  said.toPeople.push(JSON.stringify([await analyst.get('/v1/verifications'), await analyst.get(path)]));
  tell(await rest.post('/v1/subjects/erase', { to: aNumber('an erasure over REST') }));
}

async function bySdk({ app, who, credential, said, aNumber, knowCode }: Walk): Promise<void> {
  const url = app.server!.url;
  const otpost = createOtpost({ url, token: credential });
  const { id, clientToken } = await otpost.start(aNumber('the SDK'));
  const code = await codeOf(app, { accountId: who.accountId, id: id as VerificationId });
  knowCode('the SDK', code);
  const seen: unknown[] = [];
  const watched = (async () => {
    for await (const event of createOtpost({ url }).watch(id, { token: clientToken })) seen.push(event);
  })();
  const failed = await otpost.check(id, wrong(code)).catch((error: unknown) => error);
  said.toApiKeys.push(JSON.stringify([failed, String(failed), await otpost.check(id, code)]));
  await watched;
  said.toClients.push(JSON.stringify(seen));
  const other = await otpost.start(aNumber('the SDK, canceled'));
  said.toApiKeys.push(JSON.stringify(await otpost.cancel(other.id)));
}

async function fromAHandset({ app, who, said, aNumber }: Walk, rest: RestCaller): Promise<void> {
  const ours = '+385997391999';
  const carrierId = await connectCarrier(app, who.accountId, {
    name: 'texts',
    config: { kind: 'smpp', host: '127.0.0.1', port: app.simulator!.smppPort, systemId: 'texts' },
    secrets: { password: 'test' },
  });
  await addInboundNumber(app, who, { carrierId, number: ours });
  const from = aNumber('a text');
  const text = `call me at ${from}`;
  await receiveInbound(app, who.accountId, {
    carrierId,
    from,
    to: ours,
    text,
    receivedAt: new Date(app.clock()),
  });
  const [latest] = await app.sql<{ id: string }[]>`
    SELECT id FROM vault.inbound_messages ORDER BY received_at DESC LIMIT 1`;
  const path = `/v1/inbound-messages/${idFromUuid('inb', latest!.id)}/reveal`;
  said.toApiKeys.push(JSON.stringify([await rest.get('/v1/inbound-messages'), await rest.post(path)]));
}

async function mailed({ app, who, mail, said, aNumber }: Walk): Promise<void> {
  const number = aNumber('an invitation');
  await inviteMember(app, who, { email: 'somebody@shop.example', role: 'support' });
  // Who asks for a number by mail, or takes it for one's address, is not answered with it.
  const refused = await fetch(`${app.server!.url}/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${number}@shop.example`, password: number }),
  });
  said.toPeople.push(await refused.text());
  await until(() => mail.mails.length > 0);
  said.byMail.push(...mail.mails.map(({ source }) => source));
}

async function textAt({ app, credential }: Walk, path: string): Promise<string> {
  const response = await fetch(app.server!.url + path, {
    headers: { authorization: `Bearer ${credential}` },
  });
  return response.text();
}
