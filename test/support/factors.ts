import type { Principal } from '../../src/accounts/principal.ts';
import { addChallenge } from '../../src/factors/add-challenge.ts';
import { addFactor } from '../../src/factors/add-factor.ts';
import { readBase32 } from '../../src/factors/base32.ts';
import { changeFactor } from '../../src/factors/change-factor.ts';
import { codeOfStep, stepAt, type TotpRecipe } from '../../src/factors/totp.ts';
import type { ServiceId } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';

const RECIPE: TotpRecipe = { algorithm: 'sha1', codeLength: 6, stepSeconds: 30 };

/** What an authenticator app shows. @param now epoch milliseconds */
export function codeOnApp(secret: string, now: number, recipe: TotpRecipe = RECIPE): string {
  return codeOfStep(readBase32(secret)!, stepAt(now, recipe), recipe);
}

/** Somebody with a verified factor and a challenge that waits for its code. */
export async function enrol(app: App, who: Principal, serviceId: ServiceId, identity: string) {
  const { entity, factor, secret } = await addFactor(app, who, serviceId, identity, { name: identity });
  const code = codeOnApp(secret, app.clock());
  await changeFactor(app, who, [serviceId, identity, factor.id], { code });
  const { challenge } = await addChallenge(app, who, [serviceId, identity], { factorId: factor.id });
  return { secret, ids: { ent: entity.id, fac: factor.id, chl: challenge.id } };
}
