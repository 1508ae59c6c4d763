import { z } from 'zod';
import type { Principal } from '../../accounts/principal.ts';
import { countSends, findSend, listSends, type Send, type SendMatch } from '../../messages/list-sends.ts';
import { MessageNotFound } from '../../messages/errors.ts';
import type { App } from '../../platform.ts';
import { shownNumber } from '../../verifications/number-of.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { InvalidParameter } from './fault.ts';
import { answerPage } from './page.ts';
import { CHANNELS, moment, PAGE_PARAMS, time } from './params.ts';
import { idOfSid, sidOf } from './sids.ts';

const ALL = '/v2/Attempts';
/** How far back is looked when nobody says. */
const DAYS_BACK = 30;
const DAY_MS = 86_400_000;

const FILTERS = {
  DateCreatedAfter: time.optional(),
  DateCreatedBefore: time.optional(),
  Country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two capital letters, e.g. HR')
    .optional(),
  Channel: z.enum(CHANNELS, { error: `one of ${CHANNELS.join(', ')}` }).optional(),
  VerifyServiceSid: z.string().optional(),
  VerificationSid: z.string().optional(),
};
const LIST = z.object({
  ...PAGE_PARAMS,
  ...FILTERS,
  'ChannelData.To': z.string().optional(),
  Status: z.enum(['converted', 'unconverted'], { error: 'converted or unconverted' }).optional(),
});
const SUMMARY = z.object({ ...FILTERS, DestinationPrefix: z.literal('', 'nothing').optional() });

/** Attempts to deliver a code, and how many of them came to something. */
export function addAttempts(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ALL, name: 'listing attempts', status: 200 },
    permission: 'messages:read',
    params: LIST,
    async handle(call) {
      const { app, who, params, site } = call;
      const { 'ChannelData.To': to, Status } = params;
      const match: SendMatch = {
        ...matchOf(app, params),
        ...(to && { to }),
        ...(Status && { isConverted: Status === 'converted' }),
      };
      return answerPage(
        'msg',
        'attempts',
        call,
        (window) => listSends(app, who, match, window),
        (send) => attemptShape(app, who, site, send),
      );
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: `${ALL}/Summary`, name: 'counting attempts', status: 200 },
    permission: 'messages:read',
    params: SUMMARY,
    async handle({ app, who, params, site, url }) {
      const { total, converted } = await countSends(app, who, matchOf(app, params));
      return {
        total_attempts: total,
        total_converted: converted,
        total_unconverted: total - converted,
        conversion_rate_percentage: (total === 0 ? 0 : (100 * converted) / total).toFixed(2),
        url: `${site}${url.pathname}`,
      };
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: `${ALL}/{Sid}`, name: 'reading an attempt', status: 200 },
    permission: 'messages:read',
    async handle({ app, who, path, site }) {
      const id = idOfSid('msg', path.Sid ?? '');
      const send = id && (await findSend(app, who, id));
      if (!send) throw new MessageNotFound();
      return attemptShape(app, who, site, send);
    },
  });
}

/** @throws {InvalidParameter} */
function matchOf(app: App, params: z.output<typeof SUMMARY>): SendMatch {
  const { DateCreatedAfter, DateCreatedBefore, Country, Channel, VerifyServiceSid, VerificationSid } = params;
  return {
    since: DateCreatedAfter ?? new Date(app.clock() - DAYS_BACK * DAY_MS),
    ...(DateCreatedBefore && { until: DateCreatedBefore }),
    ...(Country && { country: Country }),
    ...(Channel && { channel: Channel }),
    ...(VerifyServiceSid && { serviceId: readSid('svc', 'VerifyServiceSid', VerifyServiceSid) }),
    ...(VerificationSid && { verificationId: readSid('vrf', 'VerificationSid', VerificationSid) }),
  };
}

function readSid<Kind extends 'svc' | 'vrf'>(kind: Kind, name: string, sid: string) {
  const id = idOfSid(kind, sid);
  if (!id) throw new InvalidParameter(name, `A sid of ${sidOf(`${kind}_` as 'svc_')} and 32 hex digits.`);
  return id;
}

async function attemptShape(app: App, who: Principal, site: string, send: Send): Promise<object> {
  const { message, verification } = send;
  return {
    sid: sidOf(message.id),
    account_sid: sidOf(message.accountId),
    service_sid: sidOf(verification.serviceId),
    verification_sid: sidOf(verification.id),
    date_created: moment(message.queuedAt),
    date_updated: moment(message.settledAt ?? message.sentAt ?? message.queuedAt),
    conversion_status: verification.status === 'approved' ? 'converted' : 'unconverted',
    channel: verification.channel,
    price: { value: null, currency: null },
    channel_data: {
      to: await shownNumber(app, who, verification),
      country_code: verification.country,
      message_status: message.status,
      segment_count: message.segments,
    },
    url: `${site}/v2/Attempts/${sidOf(message.id)}`,
  };
}
