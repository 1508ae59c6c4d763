import { accountChannel, CONFIG_CHANNEL, WEBHOOK_CHANNEL } from '../bus/channels.ts';
import type { Unsubscribe } from '../bus/bus.ts';
import { every } from '../chores.ts';
import { coalesce } from '../coalesce.ts';
import { compareTransactions, isTransactionId } from '../events/cursor.ts';
import { readHorizon } from '../events/queries.ts';
import type { AccountId, WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { endpointsWithDue } from './claim.ts';
import { enabledEndpoints } from './enabled.ts';
import { followAccount } from './follow.ts';
import { createSender } from './sender.ts';

const REFRESH_MS = 10_000;
/** For hints that got lost, and for what becomes due by itself. */
const SWEEP_MS = 1_000;
/** While an event's transaction is not below the horizon yet, because an older one still runs: at first, and at most. */
const HELD_BACK_MS = [1, 50] as const;

/** One account whose endpoints are moved on here when something happened in it. */
interface Followed {
  unsubscribe: Unsubscribe;
  /** The newest transaction that was told of. */
  hinted: string;
  /** The horizon up to which all is done; undefined: that is to be seen. */
  done: string | undefined;
  isDirty: boolean;
  running: boolean;
  /** When it is held back. */
  comesBack: NodeJS.Timeout | undefined;
  waitMs: number;
}

/** The webhooks' part of a worker: makes deliveries of events, and sends them. @returns stops it */
export async function startWebhooks(app: App): Promise<() => Promise<void>> {
  const sender = createSender(app);
  const followed = new Map<AccountId, Followed>();
  let stopped = false;

  // Two at a time could end in the other order, and leave what is older in use.
  const refresh = coalesce(async () => {
    const endpoints = await enabledEndpoints(app);
    if (stopped) return;
    sender.use(endpoints);
    const accounts = new Set(endpoints.map(({ row }) => row.accountId));
    for (const [accountId, one] of followed)
      if (!accounts.has(accountId)) {
        followed.delete(accountId);
        forget(one);
      }
    for (const accountId of accounts) if (!followed.has(accountId)) await begin(accountId);
  });

  async function begin(accountId: AccountId): Promise<void> {
    const one: Followed = {
      unsubscribe: () => {},
      hinted: '0',
      done: undefined,
      isDirty: true,
      running: false,
      comesBack: undefined,
      waitMs: HELD_BACK_MS[0],
    };
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
        const horizon = await readHorizon(app.sql);
        if (one.done === undefined || compareTransactions(horizon, one.done) > 0) {
          const { more, told } = await followAccount(app, accountId, horizon);
          sender.wake(told);
          one.waitMs = HELD_BACK_MS[0];
          if (more) one.isDirty = true;
          else one.done = horizon;
        }
        if (!one.isDirty && compareTransactions(one.hinted, horizon) >= 0) comeBack(accountId, one);
      }
    } catch (error) {
      // The sweep looks again.
      app.log.error({ err: error, accountId }, 'events were not made into webhooks');
    } finally {
      one.running = false;
    }
  }

  function comeBack(accountId: AccountId, one: Followed): void {
    one.comesBack ??= setTimeout(() => {
      one.comesBack = undefined;
      one.isDirty = true;
      void follow(accountId, one);
    }, one.waitMs).unref();
    one.waitMs = Math.min(2 * one.waitMs, HELD_BACK_MS[1]);
  }

  function forget(one: Followed): void {
    one.unsubscribe();
    clearTimeout(one.comesBack);
  }

  async function sweep(): Promise<void> {
    sender.wake(await endpointsWithDue(app.sql, app.clock()));
  }

  async function followAll(): Promise<void> {
    for (const [accountId, one] of followed) {
      // Whoever had an endpoint in hand while we looked may have died since.
      one.done = undefined;
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
    for (const one of followed.values()) forget(one);
    await Promise.all(chores.map((stop) => stop()));
    await sender.stop();
  };
}
