import { randomBytes } from 'node:crypto';
import { newId } from '../../src/crypto/new-id.ts';
import type { Database } from '../../src/db/client.ts';
import { transaction } from '../../src/db/transaction.ts';
import { appendEvents } from '../../src/events/append.ts';
import { createJournal, type Journal, type JournalEntry } from '../../src/events/journal.ts';
import type { AccountId, ServiceId } from '../../src/ids.ts';
import { insertMessages, newMessage, saveMessages } from '../../src/messages/store.ts';
import type { MessageRow } from '../../src/messages/table.ts';
import { accounts } from '../../src/accounts/table.ts';
import { services } from '../../src/services/table.ts';
import { insertVerifications, saveVerifications } from '../../src/verifications/store.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import type { Db } from '../../src/db/client.ts';

export interface TestAccount {
  accountId: AccountId;
  serviceId: ServiceId;
}

export async function insertAccount(db: Db): Promise<TestAccount> {
  const accountId = newId('acc');
  const serviceId = newId('svc');
  const createdAt = new Date();
  await db.insert(accounts).values({ id: accountId, name: 'Test', createdAt });
  await db.insert(services).values({ accountId, id: serviceId, name: 'Test', settings: {}, createdAt });
  return { accountId, serviceId };
}

export function verificationDraft({ accountId, serviceId }: TestAccount, now = Date.now()): VerificationRow {
  return {
    accountId,
    id: newId('vrf', now),
    serviceId,
    mode: 'live',
    country: 'HR',
    channel: 'sms',
    locale: 'hr',
    status: 'pending',
    failureReason: null,
    codeNonce: randomBytes(16),
    codeKeyId: 'k1',
    codeLength: 6,
    codeAlphabet: 'digits',
    checksUsed: 0,
    maxChecks: 5,
    sendsLeft: 4,
    nextSendAt: new Date(now + 30_000),
    version: 0,
    createdAt: new Date(now),
    expiresAt: new Date(now + 600_000),
    settledAt: null,
  };
}

/** What one transaction wrote: for `publishEvents`, or to be kept from it. */
export interface Written {
  entries: readonly JournalEntry[];
  transactionId: string;
}

/** A verification with one message, driven by a test step by step; each step is one transaction. */
export interface Story {
  verification: VerificationRow;
  message: MessageRow;
  /** Two events: started, queued. */
  start(): Promise<Written>;
  sent(): Promise<Written>;
  delivered(): Promise<Written>;
  wrongCode(): Promise<Written>;
  approved(): Promise<Written>;
}

export function tellStory({ lanes }: Pick<Database, 'lanes'>, account: TestAccount): Story {
  const verification = verificationDraft(account);
  const message = newMessage(verification, Date.now());

  async function write(change: (journal: Journal, now: Date) => void, isNew = false): Promise<Written> {
    const now = new Date();
    const journal = createJournal(now.getTime());
    change(journal, now);
    const transactionId = await transaction(
      lanes,
      () => Promise.resolve(),
      async (tx) => {
        const [id] = await Promise.all([
          appendEvents(tx, journal.entries),
          isNew ? insertVerifications(tx, [verification]) : saveVerifications(tx, [verification]),
          isNew
            ? insertMessages(tx, [message])
            : saveMessages(tx, [{ ...message, readDueAt: message.dueAt }]),
        ]);
        return id;
      },
    );
    return { entries: journal.entries, transactionId };
  }

  return {
    verification,
    message,
    start: () =>
      write((journal) => {
        journal.record('VerificationStarted', verification);
        journal.record('MessageQueued', verification, message);
      }, true),
    sent: () =>
      write((journal, now) => {
        Object.assign(message, { status: 'sent', sentAt: now, dueAt: null });
        journal.record('MessageSent', verification, message);
      }),
    delivered: () =>
      write((journal, now) => {
        Object.assign(message, { status: 'delivered', deliveredAt: now, settledAt: now });
        journal.record('MessageDelivered', verification, message);
      }),
    wrongCode: () =>
      write((journal) => {
        verification.checksUsed += 1;
        journal.record('CodeRejected', verification);
      }),
    approved: () =>
      write((journal, now) => {
        verification.checksUsed += 1;
        Object.assign(verification, { status: 'approved', settledAt: now });
        journal.record('VerificationApproved', verification);
      }),
  };
}
