import { builder } from '../graphql/builder.ts';
import type { ServiceSettings } from './settings.ts';

type RetryPolicy = ServiceSettings['retry'];
type FailoverPolicy = ServiceSettings['failover'];

/** One description per setting, for reading and for writing it. */
const RETRY: Record<keyof RetryPolicy, string> = {
  maxAttempts:
    'Submissions of one message at most, 1–20; being throttled or finding no route open spends none. Default 6.',
  baseSeconds: 'Wait before the second try, 0.05–600 seconds. Default 0.5.',
  factor: 'Each further wait is so many times the one before, 1–10. Default 2.',
  capSeconds: 'Longest wait between two tries, 0.05–3600 seconds, no less than `baseSeconds`. Default 30.',
  jitter:
    'Share of each wait that chance may take off, 0–1: what failed together does not come back together. Default 0.5.',
  unknownWaitSeconds:
    'Wait before the same code goes out again when a carrier was given it and never answered, 0–600 seconds. Default 5.',
  routeWaitCapSeconds:
    'Longest pause between two looks for a route while none is open, 0.5–300 seconds. Default 5.',
  maxDoubts:
    'Further routes for a message that is refused without a clear reason, or reported as unknown or barred by one carrier, 0–5. Default 1.',
};

const FAILOVER: Record<keyof FailoverPolicy, string> = {
  max: 'How often the same code goes out over another route while the receipt is still awaited, 0–5; 0 = never. Default 1.',
  patience:
    "How long a receipt is awaited, in times of the 95th percentile of the route's own receipts, 1–20. A new route goes by its carrier's, a new carrier by the others' and 20 s at least. Where codes are typed in and no receipts come, none is awaited. Default 1.5.",
  minSeconds: 'Shortest such wait, 1–3600 seconds. Default 10.',
  maxShare: "Longest such wait, as a share of what is left of the code's validity, 0.01–0.9. Default 0.45.",
};

export const RetryPolicyType = builder.objectRef<RetryPolicy>('RetryPolicy').implement({
  description: 'When and how often a message is tried again.',
  fields: (t) => ({
    maxAttempts: t.exposeInt('maxAttempts', { description: RETRY.maxAttempts }),
    baseSeconds: t.exposeFloat('baseSeconds', { description: RETRY.baseSeconds }),
    factor: t.exposeFloat('factor', { description: RETRY.factor }),
    capSeconds: t.exposeFloat('capSeconds', { description: RETRY.capSeconds }),
    jitter: t.exposeFloat('jitter', { description: RETRY.jitter }),
    unknownWaitSeconds: t.exposeFloat('unknownWaitSeconds', { description: RETRY.unknownWaitSeconds }),
    routeWaitCapSeconds: t.exposeFloat('routeWaitCapSeconds', { description: RETRY.routeWaitCapSeconds }),
    maxDoubts: t.exposeInt('maxDoubts', { description: RETRY.maxDoubts }),
  }),
});

export const FailoverPolicyType = builder.objectRef<FailoverPolicy>('FailoverPolicy').implement({
  description: 'What is done for a message whose receipt does not come in its usual time.',
  fields: (t) => ({
    max: t.exposeInt('max', { description: FAILOVER.max }),
    patience: t.exposeFloat('patience', { description: FAILOVER.patience }),
    minSeconds: t.exposeFloat('minSeconds', { description: FAILOVER.minSeconds }),
    maxShare: t.exposeFloat('maxShare', { description: FAILOVER.maxShare }),
  }),
});

export const RetryPolicyInput = builder.inputType('RetryPolicyInput', {
  description:
    'When and how often a message is tried again. What is absent stays; `null` goes back to the default.',
  fields: (t) => ({
    maxAttempts: t.int({ description: RETRY.maxAttempts }),
    baseSeconds: t.float({ description: RETRY.baseSeconds }),
    factor: t.float({ description: RETRY.factor }),
    capSeconds: t.float({ description: RETRY.capSeconds }),
    jitter: t.float({ description: RETRY.jitter }),
    unknownWaitSeconds: t.float({ description: RETRY.unknownWaitSeconds }),
    routeWaitCapSeconds: t.float({ description: RETRY.routeWaitCapSeconds }),
    maxDoubts: t.int({ description: RETRY.maxDoubts }),
  }),
});

export const FailoverPolicyInput = builder.inputType('FailoverPolicyInput', {
  description:
    'What is done for a message whose receipt does not come in its usual time. What is absent stays; `null` goes back to the default.',
  fields: (t) => ({
    max: t.int({ description: FAILOVER.max }),
    patience: t.float({ description: FAILOVER.patience }),
    minSeconds: t.float({ description: FAILOVER.minSeconds }),
    maxShare: t.float({ description: FAILOVER.maxShare }),
  }),
});
