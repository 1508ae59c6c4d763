import type { OpenService } from '../../services/sealed.ts';
import { ServiceSettings } from '../../services/settings.ts';
import { moment } from './params.ts';
import { sidOf } from './sids.ts';

export function serviceUrl(site: string, id: OpenService['id']): string {
  return `${site}/v2/Services/${sidOf(id)}`;
}

/** What is always the same is what we have nothing for: `services.ts` refuses to switch it on. */
export function serviceShape(site: string, service: OpenService): object {
  const { codeLength, skipSmsToLandlines, totp } = ServiceSettings.parse(service.settings);
  const url = serviceUrl(site, service.id);
  return {
    sid: sidOf(service.id),
    account_sid: sidOf(service.accountId),
    friendly_name: service.name,
    code_length: codeLength,
    lookup_enabled: false,
    psd2_enabled: false,
    skip_sms_to_landlines: skipSmsToLandlines,
    dtmf_input_required: false,
    tts_name: null,
    do_not_share_warning_enabled: false,
    custom_code_enabled: false,
    push: {},
    totp: {
      issuer: totp.issuer ?? service.name,
      time_step: totp.stepSeconds,
      code_length: totp.codeLength,
      skew: totp.skew,
    },
    default_template_sid: null,
    whatsapp: null,
    passkeys: null,
    verify_event_subscription_enabled: false,
    date_created: moment(service.createdAt),
    date_updated: moment(service.createdAt),
    url,
    links: {
      verifications: `${url}/Verifications`,
      verification_checks: `${url}/VerificationCheck`,
      rate_limits: `${url}/RateLimits`,
      entities: `${url}/Entities`,
    },
  };
}
