import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { readAbuseAlarms } from './queries.ts';
import { WINDOW_SECONDS } from './spray.ts';
import { watchAbuse } from './stream.ts';
import type { AbuseAlarm } from './table.ts';

const DAYS_SHOWN_MS = 30 * 86_400_000;

const AbuseAlarmKind = builder.enumType('AbuseAlarmKind', {
  description: 'How verifications seem to be misused.',
  values: {
    CODE_SPRAY: {
      value: 'codeSpray',
      description: 'Codes are guessed on many numbers: far more first checks are wrong than people mistype.',
    },
  } as const,
});

export const AbuseAlarmType = builder.objectRef<AbuseAlarm>('AbuseAlarm').implement({
  description: "Somebody seems to misuse the account's verifications.",
  fields: (t) => ({
    kind: t.field({ type: AbuseAlarmKind, description: 'How.', resolve: ({ kind }) => kind }),
    raisedAt: t.expose('raisedAt', { type: 'DateTime', description: 'When it was noticed.' }),
    address: t.string({
      nullable: true,
      description:
        'The address, or IPv6 network, that tries: `clientAddress` of the checks, or else where they were sent from. ' +
        'Absent: it is about the account as a whole.',
      resolve: ({ address }) => address || null,
    }),
    firstChecks: t.exposeInt('firstChecks', {
      description: 'Verifications that had their first check in the span until then.',
    }),
    wrongChecks: t.exposeInt('wrongChecks', { description: 'Those of them whose first check was wrong.' }),
    windowSeconds: t.int({ description: 'How long that span is at most.', resolve: () => WINDOW_SECONDS }),
  }),
});

builder.queryField('abuseAlarms', (t) =>
  t.field({
    permission: 'audit:read',
    type: [AbuseAlarmType],
    description: 'The alarms of the last 30 days, newest first, 100 at most.',
    resolve: (_root, _args, context) => {
      const since = new Date(context.app.clock() - DAYS_SHOWN_MS);
      return readAbuseAlarms(context.app, callerOf(context).accountId, since);
    },
  }),
);

builder.subscriptionField('abuseAlarms', (t) =>
  t.field({
    permission: 'audit:read',
    type: AbuseAlarmType,
    description:
      'The alarms of the last hour, then each as it is raised: the same account or address at most once an hour. Does ' +
      'not complete.',
    subscribe: (_root, _args, context) => watchAbuse(context.app, callerOf(context)),
    resolve: (alarm: AbuseAlarm) => alarm,
  }),
);
