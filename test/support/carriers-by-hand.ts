import type { Principal } from '../../src/accounts/principal.ts';
import type { Carrier } from '../../src/carriers/carrier.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { CarrierRegistry } from '../../src/carriers/registry.ts';
import type { CarrierId } from '../../src/ids.ts';
import type { Links } from '../../src/messages/plan.ts';
import type { App } from '../../src/platform.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createSandbox } from '../../src/sandbox/carrier.ts';

/** Carriers that are up and take nothing: the test says what becomes of what is planned for them. */
export interface CarriersByHand extends AsyncDisposable {
  links: Links;
  /**
   * Adds one, with a route to it, behind the account's other ones.
   * @param window how many messages it takes
   * @param submit where a dispatcher submits to it
   */
  add(who: Principal, window?: number, submit?: Carrier['submit']): Promise<CarrierId>;
}

export function createCarriersByHand(app: App): CarriersByHand {
  const known = new Map<CarrierId, Carrier>();
  const sandbox = createSandbox(app, {
    onReceipt: () => Promise.resolve(),
    onReady: () => undefined,
    handsets: undefined,
  });
  const carriers: CarrierRegistry = {
    get: (id) => known.get(id),
    freeWindow: () => WINDOW,
    perSecond: () => Infinity,
    refresh: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return {
    links: { carriers, sandbox },
    async add(who, window = WINDOW, submit = nothingIsSubmitted) {
      const name = `by hand ${known.size + 1}`;
      const id = await connectCarrier(app, who.accountId, {
        name,
        config: { kind: 'smpp', host: '127.0.0.1', port: 2775, systemId: 'hand' },
        secrets: { password: 'test' },
      });
      known.set(id, { ...carrierByHand(id, name, window), submit });
      await addRoute(app, who, { name, carrierId: id, priority: known.size });
      return id;
    },
    [Symbol.asyncDispose]: () => sandbox.close(0),
  };
}

const WINDOW = 300;

const nothingIsSubmitted = () => Promise.reject(new Error('nothing is submitted here'));

function carrierByHand(id: CarrierId, name: string, window: number): Carrier {
  return {
    ...{ id, name },
    freeWindow: () => window,
    inFlightShare: () => 0,
    health: () => ({
      state: 'up',
      ...{ inFlight: 0, window, binds: [] },
      pace: { perSecond: 0, throttles: 0, backOff: 1 },
    }),
    shareWith: () => undefined,
    submit: nothingIsSubmitted,
    close: () => Promise.resolve(),
  };
}
