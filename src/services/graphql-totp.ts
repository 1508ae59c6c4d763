import { builder } from '../graphql/builder.ts';
import type { ServiceSettings } from './settings.ts';

type TotpSettings = ServiceSettings['totp'];

/** One description per setting, for reading and for writing it. */
const TOTP: Record<keyof TotpSettings, string> = {
  issuer: 'What apps show as the issuer, 1–64 characters. Default the name of the service.',
  stepSeconds: 'How long a code is shown, 20–60 seconds. Default 30.',
  codeLength: 'Digits of a code, 3–8. Default 6.',
  skew: 'Codes before and after the current one that are right, for devices whose clock is off, 0–2. Default 1.',
};

export const TotpSettingsType = builder.objectRef<TotpSettings>('TotpSettings').implement({
  description: 'How codes of authenticator apps are made, for factors that say nothing else.',
  fields: (t) => ({
    issuer: t.exposeString('issuer', { nullable: true, description: TOTP.issuer }),
    stepSeconds: t.exposeInt('stepSeconds', { description: TOTP.stepSeconds }),
    codeLength: t.exposeInt('codeLength', { description: TOTP.codeLength }),
    skew: t.exposeInt('skew', { description: TOTP.skew }),
  }),
});

export const TotpSettingsInput = builder.inputType('TotpSettingsInput', {
  description:
    'How codes of authenticator apps are made. What is absent stays; `null` goes back to the default.',
  fields: (t) => ({
    issuer: t.string({ description: TOTP.issuer }),
    stepSeconds: t.int({ description: TOTP.stepSeconds }),
    codeLength: t.int({ description: TOTP.codeLength }),
    skew: t.int({ description: TOTP.skew }),
  }),
});
