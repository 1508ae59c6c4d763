import { STATUS } from '../carriers/smpp/status.ts';
import { PROFILES, type CarrierProfile } from '../simulator/profile.ts';
import { DELAYED_MS, type SandboxOutcome } from './test-numbers.ts';

const DELIVERED: CarrierProfile = { ...PROFILES.normal, receiptMs: [100, 200] };

/** How the sandbox's carrier treats a message, by its number. */
const BY_OUTCOME: Readonly<Record<SandboxOutcome, CarrierProfile>> = {
  delivered: DELIVERED,
  undelivered: { ...DELIVERED, undeliveredShare: 1, undeliveredErrors: [1] },
  delayed: { ...DELIVERED, receiptMs: [DELAYED_MS, DELAYED_MS] },
  rejected: { ...PROFILES.rejecting, refusalStatus: STATUS.RINVDSTADR },
  lost: PROFILES.blackhole,
  // Its start is refused, so no message comes here.
  blocked: PROFILES.rejecting,
  expired: PROFILES.blackhole,
};

export function profileOf(outcome: SandboxOutcome): CarrierProfile {
  return BY_OUTCOME[outcome];
}
