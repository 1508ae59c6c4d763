import type { Principal } from '../../../src/accounts/principal.ts';
import { createAccount } from '../../../src/accounts/create-account.ts';
import type { RunningApp } from '../../../src/app.ts';
import { connectCarrier } from '../../../src/carriers/connect-carrier.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import { createLearner } from '../../../src/messages/learner.ts';
import { scheduleOf } from '../../../src/messages/rules.ts';
import { ServiceSettings } from '../../../src/services/settings.ts';
import { commitFacts, SETTLE_BATCH } from '../../../src/messages/settle.ts';
import { addRoute } from '../../../src/routing/add-route.ts';
import { createPolicies, type Policies } from '../../../src/routing/policies.ts';
import type { Policy, PolicyOptions } from '../../../src/routing/policy.ts';
import { createService } from '../../../src/services/create.ts';
import { Handsets } from '../../../src/simulator/handsets.ts';
import { PROFILES, type CarrierProfile } from '../../../src/simulator/profile.ts';
import { createSmsc, type Smsc } from '../../../src/simulator/smsc.ts';
import { cancelVerification } from '../../../src/verifications/cancel.ts';
import { checkVerification } from '../../../src/verifications/check.ts';
import { startVerification } from '../../../src/verifications/start.ts';
import type { VerificationRow } from '../../../src/verifications/table.ts';
import { until } from '../../support/until.ts';
import { codeOf } from '../../support/verifying.ts';
import { createAgenda } from './agenda.ts';
import { arrivalsOf, bestWorthOf, CODE_TTL_MS, fateOf, worthOf, type Arrival } from './fate.ts';
import type { Step } from './simulate.ts';
import { START, type World } from './world.ts';

/** A clock that stands still between the things that happen. */
export interface WorldClock {
  set(at: number): void;
  /** What an app is made with, so that it lives by this clock and the pauses between attempts are known. */
  overrides: { clock: () => number; random: () => number };
}

export function createWorldClock(): WorldClock {
  let at = START;
  return {
    set(to) {
      at = Math.max(at, to);
    },
    overrides: { clock: () => at, random: () => 0 },
  };
}

/** A message that was started, and what is known of it. */
interface Sent {
  arrival: Arrival;
  verification: VerificationRow | undefined;
  tried: number[];
  taken: number | undefined;
  /** What the policy was told of it; `answered`: it was accepted, or waits for its next attempt. */
  heard: Set<string>;
  /** Approved or canceled: nobody hears of its receipts any more. */
  ended: boolean;
}

type Event = { at: number; message: Sent } & (
  | { kind: 'delivered' | 'converted' | 'abandoned' }
  /** It was refused more than once and waits for its next attempt. */
  | { kind: 'again' }
);

// A refusal without a reason is taken to every route, and no receipt is missed: as in the pure simulation.
const RETRIES = { retry: { maxDoubts: 5 }, failover: { max: 0 } };
const SCHEDULE = scheduleOf(ServiceSettings.parse(RETRIES));

/** The least pause after a second refusal; each later one is twice as long. */
const PAUSE_MS = SCHEDULE.baseMs / 2;

/**
 * Drives a worker through a world as `simulate` drives a policy: messages are started, sent by SMPP to
 * carriers that behave as the world says, receipts come back by SMPP, and who converts has the code
 * checked. The clock jumps from one event to the next as soon as the worker has dealt with the last.
 * @param app with the role `worker`, made with the clock's overrides
 */
export async function driveDispatcher(
  app: RunningApp,
  clock: WorldClock,
  world: World,
  seed: number,
  onStep: (step: Step) => void,
): Promise<void> {
  const now = clock.overrides.clock;
  const profiles = new Map<string, CarrierProfile>();
  await using smsc = await openSmsc(clock, profiles);
  const options: PolicyOptions = {
    strategy: 'adaptive',
    valueOfConversion: world.shape.valueOfConversion,
    codeTtlMs: CODE_TTL_MS,
  };
  const { who, routeIds } = await openAccount(app, world, options, smsc.port, profiles);
  await untilReady(app, who, world.carriers.length);
  const policies = app.single(createPolicies);
  await policies.of(who.accountId, options);
  const agenda = createAgenda<Event>();
  const byVerification = new Map<string, Sent>();
  const byAttempt = new Map<string, Sent>();
  let starting: Sent | undefined;

  /** Until the policy has been told of something, and everything is committed. */
  const told = async (message: Sent, kind: string, act: () => unknown) => {
    await act();
    const what = `What message ${message.arrival.n} waits for (${kind})`;
    await until(() => message.heard.has(kind), { what, everyMs: 1, timeoutMs: 30_000 });
    await app.batched(commitFacts, SETTLE_BATCH).idle();
  };
  const learner = app.single(createLearner);
  const submitted = learner.submitted.bind(learner);
  learner.submitted = (sighting) => {
    // Of the message that is being started the verification is not known yet.
    const message = byVerification.get(sighting.verificationId) ?? starting;
    if (message) byAttempt.set(sighting.attemptId, message);
    submitted(sighting);
  };
  listen(policies, (observation) => {
    const message = byAttempt.get(observation.attemptId);
    if (!message) return;
    const carrier = routeIds.indexOf(observation.routeId);
    switch (observation.kind) {
      case 'submitted':
        message.tried.push(carrier);
        return;
      case 'accepted': {
        message.taken = carrier;
        const fate = fateOf(world, seed, message.arrival, carrier, now());
        const { receipt, convertsAfterMs: converts, leavesAfterMs: leaves } = fate;
        if (receipt) agenda.add({ kind: 'delivered', at: now() + receipt.afterMs, message });
        if (leaves !== undefined) agenda.add({ kind: 'abandoned', at: now() + leaves, message });
        if (converts !== undefined) agenda.add({ kind: 'converted', at: now() + converts, message });
        return void message.heard.add('answered');
      }
      case 'rejected': {
        const refusals = message.tried.length;
        // The first alternative goes out at once.
        if (refusals === 1) return;
        const pauseMs = PAUSE_MS * 2 ** (refusals - 2);
        if (refusals < SCHEDULE.maxAttempts) agenda.add({ kind: 'again', at: now() + pauseMs, message });
        return void message.heard.add('answered');
      }
      default:
        return void message.heard.add(observation.kind);
    }
  });

  /** Has the carriers do what this message's fate says, whichever of them gets it. */
  function prepare({ arrival }: Sent): void {
    for (const [i, { carrierId }] of world.carriers.entries()) {
      const { receipt } = fateOf(world, seed, arrival, i, now());
      const profile = { ...PROFILES[receipt ? 'instant' : 'blackhole'], responseMs: [0, 0] as const };
      if (receipt) profile.receiptMs = [receipt.afterMs, receipt.afterMs];
      if (world.outageOf(i, now()) === 'reject') profile.refusedShare = 1;
      profiles.set(carrierId, profile);
    }
  }

  async function start(message: Sent): Promise<void> {
    starting = message;
    prepare(message);
    const to = `+38591${1_000_000 + message.arrival.n}`;
    await told(message, 'answered', async () => {
      const verification = await startVerification(app, who, { to, channel: 'sms' });
      message.verification = verification;
      byVerification.set(verification.id, message);
    });
  }

  async function happen({ kind, message }: Event): Promise<void> {
    switch (kind) {
      case 'again':
        prepare(message);
        message.heard.delete('answered');
        return told(message, 'answered', () => app.dispatcher!.wake());
      case 'delivered':
        if (message.ended) return smsc.catchUp();
        return told(message, kind, () => smsc.catchUp());
      case 'converted':
      case 'abandoned': {
        message.ended = true;
        const verification = message.verification!;
        return told(message, kind, async () =>
          kind === 'abandoned'
            ? cancelVerification(app, who, verification.id)
            : checkVerification(app, who, {
                verificationId: verification.id,
                code: await codeOf(app, verification),
              }),
        );
      }
      default:
        throw new Error(`unhandled event: ${kind satisfies never}`);
    }
  }

  for (const arrival of arrivalsOf(world, seed)) {
    for (let event; (event = agenda.next(arrival.at));) {
      clock.set(event.at);
      await happen(event);
    }
    clock.set(arrival.at);
    const message: Sent = {
      arrival,
      verification: undefined,
      tried: [],
      taken: undefined,
      heard: new Set(),
      ended: false,
    };
    await start(message);
    const { taken, tried } = message;
    onStep({
      at: arrival.at,
      cell: arrival.cell,
      taken,
      tried,
      got: taken === undefined ? 0 : worthOf(world, arrival, taken, arrival.at),
      best: bestWorthOf(world, arrival, arrival.at),
    });
  }
}

function listen(policies: Policies, heard: Policy['observe']): void {
  const { observe } = policies;
  policies.observe = (accountId, observation) => {
    observe(accountId, observation);
    heard(observation);
  };
}

async function openSmsc(
  clock: WorldClock,
  profiles: ReadonlyMap<string, CarrierProfile>,
): Promise<Smsc & AsyncDisposable> {
  const smsc = await createSmsc({
    port: 0,
    host: '127.0.0.1',
    profileFor: (systemId) => profiles.get(systemId),
    handsets: new Handsets(),
    clock: clock.overrides.clock,
    random: Math.random,
  });
  return { ...smsc, [Symbol.asyncDispose]: () => smsc.close() };
}

/** Sends by a service that learns nothing until a message could have gone over any of the carriers. */
async function untilReady(app: RunningApp, who: Principal, carriers: number): Promise<void> {
  const settings = { routing: 'priority' } as const;
  const { id: serviceId } = await createService(app, who, { name: 'Ready', settings });
  const options = { strategy: 'priority', valueOfConversion: 1, codeTtlMs: CODE_TTL_MS } as const;
  const policy = await app.single(createPolicies).of(who.accountId, options);
  let open = 0;
  const choose = policy.choose.bind(policy);
  policy.choose = (request, candidates, random) => {
    open = candidates.filter(({ exclude }) => exclude === undefined).length;
    return choose(request, candidates, random);
  };
  let number = 38_598_1_000_000;
  await until(
    async () => {
      if (open < carriers)
        await startVerification(app, who, { to: `+${number++}`, channel: 'sms', serviceId });
      return open === carriers;
    },
    { what: 'A way over every carrier', everyMs: 50 },
  );
}

/** An account with the world's carriers. */
async function openAccount(
  app: RunningApp,
  world: World,
  { valueOfConversion }: PolicyOptions,
  port: number,
  profiles: Map<string, CarrierProfile>,
): Promise<{ who: Principal; routeIds: string[] }> {
  const { id: accountId } = await createAccount(app, { name: 'World' });
  const who: Principal = { kind: 'apiKey', accountId, apiKeyId: newId('key') };
  const ttlSeconds = CODE_TTL_MS / 1_000;
  const settings = { routing: 'adaptive', ttlSeconds, valueOfConversion, ...RETRIES } as const;
  await createService(app, who, { name: 'World', isDefault: true, settings });
  const routeIds: string[] = [];
  for (const { carrierId: name, priority, price } of world.carriers) {
    profiles.set(name, PROFILES.instant);
    const carrierId = await connectCarrier(app, accountId, {
      name,
      senderRules: 'off',
      config: { kind: 'smpp', host: '127.0.0.1', port, systemId: name, window: 100 },
      secrets: { password: 'world' },
    });
    routeIds.push((await addRoute(app, who, { name, carrierId, priority, price })).id);
  }
  return { who, routeIds };
}
