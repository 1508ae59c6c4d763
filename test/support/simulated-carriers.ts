import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import type { SmppCarrierConfig } from '../../src/carriers/smpp/config.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { CarrierId } from '../../src/ids.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import type { ProfileName } from '../../src/simulator/profile.ts';
import type { ProfileChange } from '../../src/simulator/profile-change.ts';

export interface SimulatedCarrier {
  id: CarrierId;
  systemId: string;
}

/** Connects carriers that no other test has, so that each test can have them misbehave in its own way. */
export function createCarriers(app: RunningApp) {
  let count = 0;
  /** Adds a carrier and a route to it, behind the account's other ones. The attempts call it by its profile. */
  return async function connect(
    who: Principal,
    behaviour: ProfileName | ProfileChange,
    config: Partial<SmppCarrierConfig> = {},
  ): Promise<SimulatedCarrier> {
    const name = typeof behaviour === 'string' ? behaviour : behaviour.profile;
    const systemId = `test-${++count}`;
    app.simulator!.change(systemId, behaviour);
    const id = await connectCarrier(app, who.accountId, {
      name,
      secrets: { password: 'test' },
      config: {
        kind: 'smpp',
        host: '127.0.0.1',
        port: app.simulator!.smppPort,
        systemId,
        window: 100,
        ...config,
      },
    });
    await addRoute(app, who, { name, carrierId: id, priority: count });
    return { id, systemId };
  };
}
