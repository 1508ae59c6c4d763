import { createResidencyDirectory } from '../accounts/residency.ts';
import type { AccountId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createAlarmDirectory, penaltyOf } from '../routing/alarms.ts';
import { createRouteDirectory, type Route } from '../routing/directory.ts';
import { residencyProblem } from '../routing/residency.ts';
import { createPolicies } from '../routing/policies.ts';
import type { Policy, PolicyOptions } from '../routing/policy.ts';
import { createSenderBooks } from '../senders/book.ts';
import { refusalText, type UsableSenders } from '../senders/usable.ts';
import { findService, type Service } from '../services/directory.ts';
import type { ServiceSettings } from '../services/settings.ts';

/** What the messages of a service are routed by. */
export interface Ground {
  service: Service;
  routes: readonly Route[];
  /** What stored decisions call them. */
  numbers: ReadonlyMap<string, number>;
  policy: Policy;
  /** Why messages to a country must not go that way, whatever the carrier's state. */
  barrier(route: Route, country: string): string | undefined;
  /** Whom they may come from. */
  senders(route: Route, country: string): UsableSenders;
  /** What the registers of a country call a sender, by `register.reference`; undefined: nothing. */
  registrations(sender: string, country: string): Readonly<Record<string, string>> | undefined;
  /** What the broken promises of its carrier count against a route, in the account's currency per message. */
  penalty(route: Route): number;
}

/** @returns undefined when the account has no such service */
export async function readGround(
  app: App,
  accountId: AccountId,
  serviceId: ServiceId | undefined,
): Promise<Ground | undefined> {
  const service = await findService(app, accountId, serviceId);
  if (!service) return undefined;
  const routes = await app.single(createRouteDirectory).of(accountId);
  const policy = await app.single(createPolicies).of(accountId, policyOptions(service.settings));
  const [{ residency }, book, alarms] = await Promise.all([
    app.single(createResidencyDirectory).of(accountId),
    app.single(createSenderBooks).of(accountId),
    app.single(createAlarmDirectory).of(accountId),
  ]);
  const senders = (route: Route, country: string) => book.usable(route, service.settings, country);
  return {
    service,
    routes,
    numbers: new Map(routes.map(({ id, number }) => [id, number])),
    policy,
    senders,
    registrations: (sender, country) => book.references(sender, country),
    penalty: ({ carrierId }) => penaltyOf(alarms, carrierId, service.settings.valueOfConversion),
    barrier(route, country) {
      const abroad = residencyProblem(residency, route.region);
      if (abroad !== undefined) return abroad;
      const usable = senders(route, country);
      return 'refused' in usable ? refusalText(usable.refused) : undefined;
    },
  };
}

function policyOptions({ routing, valueOfConversion, ttlSeconds }: ServiceSettings): PolicyOptions {
  return { strategy: routing, valueOfConversion, codeTtlMs: ttlSeconds * 1_000 };
}
