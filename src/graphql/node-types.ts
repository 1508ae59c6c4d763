import type { IdPrefix } from '../ids.ts';

/** Which type an id's prefix stands for: those that `node(id)` can fetch. */
const NODE_TYPES = {
  vrf: 'Verification',
  msg: 'Message',
  svc: 'Service',
  car: 'Carrier',
  rte: 'Route',
  snd: 'Sender',
  key: 'ApiKey',
  whk: 'WebhookEndpoint',
  cli: 'OAuthClient',
  aud: 'AuditEntry',
  mem: 'Member',
  bat: 'Batch',
} as const satisfies Partial<Record<IdPrefix, string>>;

export type NodeTypeName = (typeof NODE_TYPES)[keyof typeof NODE_TYPES];

/** @returns undefined for an id of something that is no node */
export function typeOfId(id: string): NodeTypeName | undefined {
  const prefix = id.slice(0, id.indexOf('_'));
  return prefix in NODE_TYPES ? NODE_TYPES[prefix as keyof typeof NODE_TYPES] : undefined;
}
