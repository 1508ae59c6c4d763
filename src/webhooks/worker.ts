import { accountChannel, CONFIG_CHANNEL, WEBHOOK_CHANNEL } from '../bus/channels.ts';
import type { Unsubscribe } from '../bus/bus.ts';
import { every } from '../chores.ts';
import { compareTransactions, isTransactionId } from '../events/cursor.ts';
import type { AccountId, WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { endpointsWithDue } from './claim.ts';
import { enabledEndpoints } from './enabled.ts';
import { followAccount } from './follow.ts';
import { createSender } from './sender.ts';

const REFRESH_MS = 10_000;
/** For hints that got lost, and for what becomes due by itself. */
const SWEEP_MS = 1_000;
/** While an event's transaction is not below the horizon yet, because an older one still runs. */
const HELD_BACK_MS = 50;

/** One account whose endpoints are moved on here when something happened in it. */
interface Followed {
  unsubscribe: Unsubscribe;
  /** The newest transaction that was told of. */
  hinted: string;
  isDirty: boolean;
  running: boolean;
}

/** The webhooks' part of a worker: makes deliveries of events, and sends them. @returns stops it */
export async function startWebhooks(app: App): Promise<() => Promise<void>> {
  const sender = createSender(app);
  const followed = new Map<AccountId, Followed>();
  let stopped = false;

  async function refresh(): Promise<void> {
    const endpoints = await enabledEndpoints(app);
    if (stopped) return;
    sender.use(endpoints);
    const accounts = new Set(endpoints.map(({ row }) => row.accountId));
    for (const [accountId, one] of followed)
      if (!accounts.has(accountId)) {
        followed.delete(accountId);
        one.unsubscribe();
      }
    for (const accountId of accounts) if (!followed.has(accountId)) await begin(accountId);
  }

  async function begin(accountId: AccountId): Promise<void> {
    const one: Followed = { unsubscribe: () => {}, hinted: '0', isDirty: true, running: false };
    followed.set(accountId, one);
    const look = (): void => {
      one.isDirty = true;
      void follow(accountId, one);
    };
    one.unsubscribe = await app.bus.subscribe(accountChannel(accountId), {
      onMessage(transaction) {
        if (isTransactionId(transaction) && compareTransactions(transaction, one.hinted) > 0)
          one.hinted = transaction;
        look();
      },
      onResync: look,
    });
    look();
  }

  async function follow(accountId: AccountId, one: Followed): Promise<void> {
    if (one.running) return;
    one.running = true;
    try {
      while (one.isDirty && !stopped) {
        one.isDirty = false;
        const { more, horizon } = await followAccount(app, accountId);
        const isHeldBack = compareTransactions(one.hinted, horizon) >= 0;
        if (more) one.isDirty = true;
        else if (isHeldBack)
          setTimeout(() => void ((one.isDirty = true), follow(accountId, one)), HELD_BACK_MS).unref();
      }
    } catch (error) {
      // The sweep looks again.
      app.log.error({ err: error, accountId }, 'events were not made into webhooks');
    } finally {
      one.running = false;
    }
  }

  async function sweep(): Promise<void> {
    sender.wake(await endpointsWithDue(app.sql, app.clock()));
  }

  async function followAll(): Promise<void> {
    for (const [accountId, one] of followed) {
      one.isDirty = true;
      await follow(accountId, one);
    }
  }

  const onConfig = (): void =>
    void refresh().catch((error: unknown) =>
      app.log.error({ err: error }, 'webhook endpoints were not read'),
    );
  const subscriptions = await Promise.all([
    app.bus.subscribe(CONFIG_CHANNEL, { onMessage: onConfig, onResync: onConfig }),
    app.bus.subscribe(WEBHOOK_CHANNEL, {
      onMessage: (ids) => sender.wake(ids.split(',') as WebhookEndpointId[]),
      onResync: () => {},
    }),
  ]);
  await refresh();
  const chores = [
    every(app, REFRESH_MS, 'webhook endpoints', async () => {
      await refresh();
      await followAll();
    }),
    every(app, SWEEP_MS, 'webhooks', sweep),
  ];
  return async () => {
    stopped = true;
    for (const unsubscribe of subscriptions) unsubscribe();
    for (const { unsubscribe } of followed.values()) unsubscribe();
    await Promise.all(chores.map((stop) => stop()));
    await sender.stop();
  };
}
