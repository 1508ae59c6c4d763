import type { GraphQLSchema } from 'graphql';
import './scalars.ts';
import './errors.ts';
import '../accounts/graphql.ts';
import '../accounts/graphql-key-mutations.ts';
import '../oauth/graphql.ts';
import '../oauth/graphql-mutations.ts';
import '../verifications/graphql-errors.ts';
import '../verifications/graphql.ts';
import '../verifications/graphql-queries.ts';
import '../verifications/graphql-mutations.ts';
import '../verifications/graphql-reveal.ts';
import '../messages/graphql.ts';
import '../numbers/graphql.ts';
import '../messages/graphql-preview.ts';
import '../carriers/graphql-mutations.ts';
import '../carriers/graphql-health.ts';
import '../routing/graphql-mutations.ts';
import '../senders/graphql-mutations.ts';
import '../senders/graphql-registrations.ts';
import '../senders/graphql-rule-mutations.ts';
import '../analytics/graphql.ts';
import '../analytics/graphql-replay.ts';
import '../services/graphql.ts';
import '../events/graphql.ts';
import '../events/graphql-endings.ts';
import '../events/graphql-subscriptions.ts';
import '../inbound/graphql.ts';
import '../inbound/graphql-numbers.ts';
import '../retention/graphql.ts';
import '../subjects/graphql.ts';
import '../inbound/graphql-reveal.ts';
import '../webhooks/graphql-mutations.ts';
import '../abuse/graphql.ts';
import '../audit/graphql.ts';
import '../audit/graphql-checkpoints.ts';
import '../sandbox/graphql.ts';
import '../people/graphql.ts';
import '../people/graphql-viewer.ts';
import '../people/graphql-members.ts';
import '../people/graphql-sessions.ts';
import '../people/graphql-invitations.ts';
import './node.ts';
import { builder } from './builder.ts';

let schema: GraphQLSchema | undefined;

/** The schema of all that hangs on the builder. Made once: each time, the builder's plugins hang more on it. */
export function theSchema(): GraphQLSchema {
  return (schema ??= builder.toSchema({ sortSchema: false }));
}
