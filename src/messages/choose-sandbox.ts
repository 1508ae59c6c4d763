import type { App } from '../platform.ts';
import type { StoredDecision } from '../routing/decision.ts';
import type { Sandbox } from '../sandbox/carrier.ts';
import { sandboxRoute } from '../sandbox/place.ts';
import { findService } from '../services/directory.ts';
import type { Chooser } from './choose-route.ts';
import type { LastingVerdict } from './facts.ts';

const NOTHING_TO_CHOOSE: StoredDecision = { factors: [], ranked: [], excluded: [] };
const NO_OTHER_WAY: LastingVerdict = {
  ...{ reason: 'the sandbox is the only way of a test', failsFor: 'no_route' },
  decision: NOTHING_TO_CHOOSE,
};

/**
 * The only way that a test has: the sandbox's route, whatever routes, senders and regions the account has. It has
 * no way to any other carrier: it is given none.
 */
export function createSandboxChooser(app: App, sandbox: Sandbox): Chooser {
  return {
    async choose({ verification: { accountId, serviceId }, onlyUntried }) {
      if (onlyUntried) return { verdict: NO_OTHER_WAY };
      const service = await findService(app, accountId, serviceId);
      if (!service) return { verdict: undefined };
      const route = sandboxRoute(accountId);
      return {
        service,
        route,
        carrier: sandbox.carrierOf(accountId),
        sender: service.settings.sender,
        registrations: undefined,
        price: route.price,
        decision: NOTHING_TO_CHOOSE,
      };
    },
  };
}
