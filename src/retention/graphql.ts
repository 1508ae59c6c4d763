import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { byKind, classesOf, type Kind, type Retention } from './classes.ts';
import { readRetention, setRetention } from './settings.ts';

/** What each kind is, for people. */
const WORDS: Readonly<Record<Kind, string>> = {
  phones:
    'For how many days a phone number is kept, from its verification on; then only its country is left.',
  events: 'For how many days what happened to a verification is kept, from its start on.',
  messages:
    'For how many days the messages of a verification are kept, with their attempts, from its start on; at least as ' +
    'long as events. What was counted of them stays.',
  inbound: 'For how many days messages from handsets are kept, from when they came on.',
  deliveries: 'For how many days the log of webhooks is kept, from when a delivery was made on.',
  analytics: 'For how many days what was counted of an hour is kept.',
  alarms: 'For how many days alarms about routing and abuse are kept, from when they were raised on.',
  audit:
    'For how many days entries of the audit log are kept, from when they were written on. Their links stay in its chain, ' +
    'which verifies as before.',
};

const RetentionType = builder.objectRef<Retention>('Retention').implement({
  description:
    'For how long things are kept. They go a little later: together with all that is about as old, a tenth of that time ' +
    'at most (a day, when they are kept for less than a month).',
  fields: (t) => byKind((kind) => t.exposeInt(kind, { description: WORDS[kind] })),
});

builder.queryField('retention', (t) =>
  t.field({
    permission: 'account:read',
    type: RetentionType,
    description: 'For how long things of the account are kept.',
    resolve: (_root, _args, context) => readRetention(context.app, callerOf(context).accountId),
  }),
);

const SetRetentionInput = builder.inputType('SetRetentionInput', {
  description: 'For how long things are kept; what is absent stays as it is.',
  fields: (t) => byKind((kind) => t.int({ description: `${WORDS[kind]} ${timesOf(kind)}` })),
});

builder.mutationField('setRetention', (t) =>
  t.field({
    permission: 'account:write',
    audit: 'account.set_retention',
    type: RetentionType,
    description:
      'Sets for how long new things of the account are kept. What is stored already keeps the time that it was stored ' +
      'with; `eraseSubject` is for whom that is too long.',
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: SetRetentionInput, required: true, description: 'The times.' }) },
    resolve: (_root, { input }, context) =>
      setRetention(
        context.app,
        callerOf(context),
        byKind((kind) => input[kind] ?? undefined),
      ),
  }),
);

function timesOf(kind: Kind): string {
  const times = classesOf(kind).map(({ days }) => days);
  return `One of ${times.join(', ')}.`;
}
