import { listWaiting } from '../batches/list-waiting.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { readFactorsOf } from '../factors/export-subject.ts';
import { senderOf, textOf } from '../inbound/queries.ts';
import { readWaitingParts, sentBy } from '../inbound/waiting-parts.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readVerificationsOf } from '../vault/numbers.ts';
import { modeOfSubject } from './subject.ts';

/** More than anybody has who is not a test of load. The newest. */
const MAX_VERIFICATIONS = 1_000;

/** All that is stored of a subject, as a document for people and programs. Neither codes nor texts of codes are stored. */
export async function readSubject(
  app: App,
  accountId: AccountId,
  { to, subjects }: { to: string; subjects: Buffer[] },
) {
  const { db } = app;
  const all = await readVerificationsOf(app.sql, accountId, subjects);
  const ids = all.slice(-MAX_VERIFICATIONS);
  const found = await db.query.verifications.findMany({
    where: { accountId, id: { in: ids } },
    orderBy: { id: 'asc' },
    with: { messages: { orderBy: { id: 'asc' }, with: { attempts: { orderBy: { id: 'asc' } } } } },
  });
  const events = await db.query.events.findMany({
    where: { accountId, verificationId: { in: ids } },
    orderBy: { version: 'asc' },
  });
  const eventsOf = Map.groupBy(events, ({ verificationId }) => verificationId);
  const texts = await db.query.inboundMessages.findMany({
    where: { accountId, sender: { in: subjects } },
    orderBy: { id: 'asc' },
  });
  const limits = await db.query.destinations.findMany({
    where: { accountId, destination: { in: subjects } },
  });
  const optOuts = await db.query.optOuts.findMany({ where: { accountId, destination: { in: subjects } } });
  const safe = await db.query.safeNumbers.findMany({ where: { accountId, destination: { in: subjects } } });
  const lookups = await db.query.numberLookups.findMany({ where: { accountId, number: { in: subjects } } });
  const waiting = await withKeys(app.keys, () => readWaitingParts(app, app.sql, accountId));
  const batchRows = await Promise.all(
    subjects.map(async (subject) =>
      (await listWaiting(app, accountId, { to, subject })).map((row) => ({
        ...row,
        mode: modeOfSubject(subjects, subject),
      })),
    ),
  );
  const factors = await readFactorsOf(app, accountId, subjects);
  return {
    to,
    accountId,
    complete: ids.length === all.length,
    verifications: found.map(({ codeNonce: _nonce, codeKeyId: _key, messages, ...verification }) => ({
      ...verification,
      messages: messages.map(
        ({ dueAt: _due, sandboxDueAt: _sandbox, failureDecision: _why, days: _days, ...message }) => ({
          ...message,
          attempts: message.attempts.map(
            ({ decision: _decision, parts: _parts, days: _kept, ...attempt }) => attempt,
          ),
        }),
      ),
      events: (eventsOf.get(verification.id) ?? []).map(({ version, type, occurredAt, messageId }) => ({
        ...{ version, type, occurredAt, messageId },
      })),
    })),
    inboundMessages: await Promise.all(
      texts.map(async (row) => {
        const { id, carrierId, serviceId, kind, ourNumber, verificationId, receivedAt } = row;
        return {
          ...{ id, carrierId, serviceId, kind, to: ourNumber, verificationId, receivedAt },
          from: await senderOf(app, row),
          text: await textOf(app, row),
        };
      }),
    ),
    inboundParts: sentBy(subjects, waiting).flatMap(({ parts, total, receivedAt }) =>
      [...parts].map(([number, part]) => ({ ...part, number, total, receivedAt })),
    ),
    limits: limits.map(({ serviceId, destination, recentSends, failedChecks }) => ({
      serviceId,
      mode: modeOfSubject(subjects, destination),
      recentSends: recentSends.map((ms) => new Date(ms)),
      failedChecks,
    })),
    batchRows: batchRows.flat(),
    optOuts: optOuts.map(({ serviceId, createdAt }) => ({ serviceId, since: createdAt })),
    safeNumbers: safe.map(({ createdAt }) => ({ since: createdAt })),
    numberLookups: lookups.map(({ accountId: _account, number: _number, ...lookup }) => lookup),
    ...factors,
  };
}
