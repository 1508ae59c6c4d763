import * as fc from 'fast-check';
import { badInputs, sendBadInput } from '../support/bad-inputs.ts';
import { createDoorstep } from '../support/doorstep.ts';
import { MailServer } from '../support/smtp-server.ts';
import { LOOKUP } from '../support/tenant-rows.ts';
import { createTenant } from '../support/tenants.ts';
import { createNumbers } from '../support/verifying.ts';
import type { Ground } from './ground/ground.ts';
import { startOtpost } from './ground/otpost.ts';
import { createPlatform } from './ground/platform.ts';
import type { Outcome } from './measure/outcome.ts';

const TRIED = 80_000;
const TRIED_QUICK = 300;
/** Of these, calls of the REST API: seven of twenty are. */
const OVER_REST = 1 / 4;
/** And what is sent to the paths of sign-in and OAuth: four of twenty. */
const AT_DOORS = 1 / 8;
/** Each account is asked for all that it has gathered again and again: after so many there is another one. */
const PER_ACCOUNT = 500;
const AT_ONCE = 16;

/**
 * Sends nonsense to every query, mutation and operation of REST, to every path of sign-in and OAuth, and as carriers'
 * calls. Nothing is timed.
 * @throws {Error} with the operation at the first answer that fails, tells our insides, or does not come
 */
export async function benchInputs(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  // Without a worker: nothing that is set up by chance leads anywhere.
  await using mail = await MailServer.start();
  const env = { TRUST_PROXY: '1', SMTP_URL: mail.url, MAIL_FROM: 'bench@otp.example' };
  await using api = await startOtpost(ground, platform, { role: 'api', env });
  const { origin, port } = new URL(api.url);
  const publicUrl = `http://localhost:${port}`;
  const aNumber = createNumbers(1_000_000);
  const wanted = ground.quick ? TRIED_QUICK : TRIED;
  let tried = 0;
  let overRest = 0;
  let atDoors = 0;
  while (tried < wanted) {
    // Its people are others, too: an e-mail address is one person's in all accounts.
    const options = {
      word: `Odd${tried / PER_ACCOUNT}`,
      aNumber,
      ourNumber: '+385994444444',
      lookup: LOOKUP,
    };
    const tenant = await createTenant(platform.app, options);
    const step = await createDoorstep(platform.app, { url: origin, publicUrl }, tenant);
    const sample = fc.sample(badInputs(step), Math.min(PER_ACCOUNT, wanted - tried));
    overRest += sample.filter(({ path }) => path.startsWith('/v1/')).length;
    atDoors += sample.filter(({ path }) => /^\/(?:auth|oauth|\.well-known)\//.test(path)).length;
    const inputs = sample.values();
    const sendAll = async () => {
      // All of them take from the same iterator.
      for (const input of inputs) await sendBadInput(origin, input);
    };
    const before = tried;
    tried = Math.min(wanted, tried + PER_ACCOUNT);
    await Promise.all(Array.from({ length: AT_ONCE }, sendAll));
    if (Math.floor(before / 10_000) !== Math.floor(tried / 10_000)) ground.say(`${tried} tried`);
  }
  return [
    {
      row: 'inputs',
      measured: { value: tried, unit: 'bad inputs' },
      target: { atLeast: wanted },
      note: 'none failed, hung, or told our insides',
      runs: [{ tried }],
    },
    {
      row: 'inputs: of these over REST',
      measured: { value: overRest, unit: 'bad calls' },
      target: { atLeast: Math.floor(wanted * OVER_REST) },
      note: 'bodies, queries, ids and headers, of every operation',
      runs: [{ overRest }],
    },
    {
      row: 'inputs: of these at the doors',
      measured: { value: atDoors, unit: 'bad calls' },
      target: { atLeast: Math.floor(wanted * AT_DOORS) },
      note: 'sign-in, second factors, passkeys, invitations, OAuth',
      runs: [{ atDoors }],
    },
  ];
}
