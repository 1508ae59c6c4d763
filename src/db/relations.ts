import { defineRelations } from 'drizzle-orm';
import { abuseAlarms } from '../abuse/table.ts';
import { accounts, apiKeys } from '../accounts/table.ts';
import { routingHourly, routingRollups } from '../analytics/table.ts';
import {
  auditBlocks,
  auditCheckpoints,
  auditCuts,
  auditEntries,
  auditKeys,
  auditUnsealed,
} from '../audit/table.ts';
import { batches, batchResults } from '../batches/table.ts';
import { carriers } from '../carriers/table.ts';
import { events } from '../events/table.ts';
import { challenges, entities, factors } from '../factors/table.ts';
import { inboundArrivals, inboundMessages, inboundNumbers } from '../inbound/table.ts';
import { dataKeys, keyRotations } from '../keys/table.ts';
import { limitBuckets, limits } from '../limits/table.ts';
import { attempts, messages, receiptInbox } from '../messages/table.ts';
import { numberLookupConfigs, numberLookupDays, numberLookups } from '../numbers/table.ts';
import { oauthAssertions, oauthClients, oauthRevokedTokens, oauthSigningKeys } from '../oauth/table.ts';
import { sandboxReceipts } from '../sandbox/table.ts';
import {
  invitations,
  members,
  people,
  personChallenges,
  personPasskeys,
  personPasswords,
  personSessions,
  personTotp,
  signInFailures,
} from '../people/table.ts';
import { senderRegistrations, senderRules, senders } from '../senders/table.ts';
import { routes, routingAlarms, routingEvidence } from '../routing/table.ts';
import { services } from '../services/table.ts';
import { erasures } from '../subjects/table.ts';
import { vaultBatchChunks, vaultNumbers } from '../vault/table.ts';
import {
  destinations,
  idempotencyKeys,
  optOuts,
  safeNumbers,
  verifications,
} from '../verifications/table.ts';
import { webhookDeliveries, webhookEndpoints } from '../webhooks/table.ts';

export const tables = {
  accounts,
  abuseAlarms,
  apiKeys,
  dataKeys,
  keyRotations,
  oauthClients,
  oauthRevokedTokens,
  oauthAssertions,
  oauthSigningKeys,
  services,
  destinations,
  verifications,
  idempotencyKeys,
  messages,
  attempts,
  receiptInbox,
  sandboxReceipts,
  events,
  carriers,
  routes,
  routingEvidence,
  routingAlarms,
  senderRegistrations,
  senderRules,
  senders,
  numberLookupConfigs,
  numberLookups,
  numberLookupDays,
  optOuts,
  safeNumbers,
  limits,
  limitBuckets,
  entities,
  factors,
  challenges,
  inboundNumbers,
  inboundMessages,
  inboundArrivals,
  routingHourly,
  routingRollups,
  webhookEndpoints,
  webhookDeliveries,
  vaultNumbers,
  vaultBatchChunks,
  batches,
  batchResults,
  erasures,
  auditEntries,
  auditUnsealed,
  auditBlocks,
  auditCheckpoints,
  auditCuts,
  auditKeys,
  people,
  personPasswords,
  personSessions,
  personTotp,
  personPasskeys,
  personChallenges,
  signInFailures,
  invitations,
  members,
};

/** How the tables hang together, for reads; every pair leads with the account. */
export const relations = defineRelations(tables, (r) => ({
  verifications: {
    service: r.one.services({
      from: [r.verifications.accountId, r.verifications.serviceId],
      to: [r.services.accountId, r.services.id],
      optional: false,
    }),
    messages: r.many.messages({
      from: [r.verifications.accountId, r.verifications.id],
      to: [r.messages.accountId, r.messages.verificationId],
    }),
  },
  messages: {
    verification: r.one.verifications({
      from: [r.messages.accountId, r.messages.verificationId],
      to: [r.verifications.accountId, r.verifications.id],
      optional: false,
    }),
    attempts: r.many.attempts({
      // With the verification, whose time says in which partition they are.
      from: [r.messages.accountId, r.messages.verificationId, r.messages.id],
      to: [r.attempts.accountId, r.attempts.verificationId, r.attempts.messageId],
    }),
  },
  attempts: {
    carrier: r.one.carriers({
      from: [r.attempts.accountId, r.attempts.carrierId],
      to: [r.carriers.accountId, r.carriers.id],
      optional: false,
    }),
    route: r.one.routes({
      from: [r.attempts.accountId, r.attempts.routeId],
      to: [r.routes.accountId, r.routes.id],
      optional: false,
    }),
  },
  routes: {
    carrier: r.one.carriers({
      from: [r.routes.accountId, r.routes.carrierId],
      to: [r.carriers.accountId, r.carriers.id],
      optional: false,
    }),
  },
  people: {
    passkeys: r.many.personPasskeys({ from: r.people.id, to: r.personPasskeys.personId }),
  },
  // Who made them, as long as they are in the account.
  apiKeys: {
    creator: r.one.members({
      from: [r.apiKeys.accountId, r.apiKeys.createdByPerson],
      to: [r.members.accountId, r.members.personId],
    }),
  },
  oauthClients: {
    creator: r.one.members({
      from: [r.oauthClients.accountId, r.oauthClients.createdByPerson],
      to: [r.members.accountId, r.members.personId],
    }),
  },
  members: {
    person: r.one.people({ from: r.members.personId, to: r.people.id, optional: false }),
  },
  inboundNumbers: {
    carrier: r.one.carriers({
      from: [r.inboundNumbers.accountId, r.inboundNumbers.carrierId],
      to: [r.carriers.accountId, r.carriers.id],
      optional: false,
    }),
    service: r.one.services({
      from: [r.inboundNumbers.accountId, r.inboundNumbers.serviceId],
      to: [r.services.accountId, r.services.id],
    }),
  },
  inboundMessages: {
    carrier: r.one.carriers({
      from: [r.inboundMessages.accountId, r.inboundMessages.carrierId],
      to: [r.carriers.accountId, r.carriers.id],
      optional: false,
    }),
    service: r.one.services({
      from: [r.inboundMessages.accountId, r.inboundMessages.serviceId],
      to: [r.services.accountId, r.services.id],
    }),
    verification: r.one.verifications({
      from: [r.inboundMessages.accountId, r.inboundMessages.verificationId],
      to: [r.verifications.accountId, r.verifications.id],
    }),
  },
}));
