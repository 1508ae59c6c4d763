import type { AccountId, CarrierId, RouteId } from '../ids.ts';

// The route and the carrier of every account's tests. They are no rows, so nothing that an account sets up can be
// wrong about them: they are there without any carrier, whatever the routes say, and cannot be changed.

export const SANDBOX_CARRIER_ID: CarrierId = `car_${'1'.padStart(32, '0')}`;
export const SANDBOX_ROUTE_ID: RouteId = `rte_${'1'.padStart(32, '0')}`;
export const SANDBOX_NAME = 'Sandbox';

/** The carrier as its account would read it. */
export function sandboxCarrier(accountId: AccountId) {
  return {
    accountId,
    id: SANDBOX_CARRIER_ID,
    name: SANDBOX_NAME,
    enabled: true,
    region: null,
    senderRules: 'off',
    sla: null,
    config: { kind: 'sandbox' },
  } as const;
}

/** The route as its account would read it. */
export function sandboxRoute(accountId: AccountId) {
  return {
    accountId,
    id: SANDBOX_ROUTE_ID,
    carrierId: SANDBOX_CARRIER_ID,
    name: SANDBOX_NAME,
    priority: 1,
    enabled: true,
    countries: null,
    operators: null,
    sender: null,
    senderSealed: null,
    price: 0,
    prices: null,
    createdAt: new Date(0),
    carrier: sandboxCarrier(accountId),
  } as const;
}
