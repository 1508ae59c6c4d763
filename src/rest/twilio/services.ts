import { z } from 'zod';
import { createService } from '../../services/create.ts';
import { ServiceNotFound } from '../../services/errors.ts';
import { listServices } from '../../services/list.ts';
import { readService } from '../../services/read.ts';
import type { ServiceSettingsChange } from '../../services/input.ts';
import { updateService } from '../../services/update.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { serviceIdOf } from './find.ts';
import { answerPage, windowOf } from './page.ts';
import { flag, int, onlyOff, PAGE_PARAMS, unsupported } from './params.ts';
import { serviceShape } from './service-shape.ts';

const ONE = '/v2/Services/{ServiceSid}';

const SETTINGS = {
  CodeLength: int(4, 10).optional(),
  LookupEnabled: onlyOff('Numbers are looked up as the account says (setNumberLookup), for no service apart'),
  SkipSmsToLandlines: flag.optional(),
  Psd2Enabled: onlyOff('There are no payments to sign'),
  DoNotShareWarningEnabled: onlyOff("Put the warning into the service's templates"),
  CustomCodeEnabled: onlyOff('Codes are made here'),
  VerifyEventSubscriptionEnabled: onlyOff('Events come over webhooks: createWebhookEndpoint'),
  // Of calls, which there are none of.
  DtmfInputRequired: flag.optional(),
  TtsName: z.string().optional(),
  DefaultTemplateSid: unsupported("Texts are in the service's templates"),
  'Totp.Issuer': z.string().optional(),
  'Totp.TimeStep': int(20, 60).optional(),
  'Totp.CodeLength': int(3, 8).optional(),
  'Totp.Skew': int(0, 2).optional(),
  'Push.ApnCredentialSid': unsupported('There is no push'),
  'Push.FcmCredentialSid': unsupported('There is no push'),
  'Whatsapp.MsgServiceSid': unsupported('There is no WhatsApp'),
  'Whatsapp.From': unsupported('There is no WhatsApp'),
  'Passkeys.RelyingParty.Id': unsupported('There are no passkeys'),
};

const friendlyName = z.string().min(1, 'a name').max(32, 'a name of at most 32 characters');

/** Services: how an app verifies. */
export function addServices(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: '/v2/Services', name: 'creating a service', status: 201 },
    permission: 'services:write',
    audit: 'service.create',
    params: z.object({ FriendlyName: friendlyName, ...SETTINGS }),
    async handle({ app, who, params, site }) {
      // Twilio lets messages follow each other at once, up to as many as we do: its clients count on that.
      const settings = { coolDownSeconds: 0, ...settingsOf(params) };
      return serviceShape(site, await createService(app, who, { name: params.FriendlyName, settings }));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: '/v2/Services', name: 'listing services', status: 200 },
    permission: 'services:read',
    params: z.object(PAGE_PARAMS),
    async handle(call) {
      const all = await listServices(call.app, call.who);
      return answerPage(
        'svc',
        'services',
        call,
        async (window) => windowOf(all, window),
        async (service) => serviceShape(call.site, service),
      );
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading a service', status: 200 },
    permission: 'services:read',
    async handle({ app, who, path, site }) {
      const service = await readService(app, who, serviceIdOf(path));
      if (!service) throw new ServiceNotFound();
      return serviceShape(site, service);
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ONE, name: 'changing a service', status: 200 },
    permission: 'services:write',
    audit: 'service.update',
    params: z.object({ FriendlyName: friendlyName.optional(), ...SETTINGS }),
    async handle({ app, who, path, params, site }) {
      const input = { name: params.FriendlyName, settings: settingsOf(params) };
      return serviceShape(site, await updateService(app, who, serviceIdOf(path), input));
    },
  });
}

/** What of our settings a caller changes. */
function settingsOf(params: z.output<z.ZodObject<typeof SETTINGS>>): ServiceSettingsChange {
  const { CodeLength: codeLength, SkipSmsToLandlines: skipSmsToLandlines, 'Totp.Issuer': issuer } = params;
  const totp = {
    ...(issuer !== undefined && { issuer: issuer === '' ? null : issuer }),
    stepSeconds: params['Totp.TimeStep'],
    codeLength: params['Totp.CodeLength'],
    skew: params['Totp.Skew'],
  };
  const given = Object.entries(totp).filter(([, value]) => value !== undefined);
  return {
    ...(codeLength !== undefined && { codeLength }),
    ...(skipSmsToLandlines !== undefined && { skipSmsToLandlines }),
    ...(given.length > 0 && { totp: Object.fromEntries(given) }),
  };
}
