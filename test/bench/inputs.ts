import * as fc from 'fast-check';
import { badInputs, sendBadInput } from '../support/bad-inputs.ts';
import { LOOKUP } from '../support/tenant-rows.ts';
import { createTenant } from '../support/tenants.ts';
import { createNumbers } from '../support/verifying.ts';
import type { Ground } from './ground/ground.ts';
import { startApi } from './ground/otpost.ts';
import { createPlatform } from './ground/platform.ts';
import type { Outcome } from './measure/outcome.ts';

const TRIED = 60_000;
const TRIED_QUICK = 300;
/** Of these, calls of the REST API: five of twelve are. */
const OVER_REST = 1 / 3;
/** Each account is asked for all that it has gathered again and again: after so many there is another one. */
const PER_ACCOUNT = 500;
const AT_ONCE = 16;

/**
 * Sends nonsense to every query, mutation and operation of REST, and as carriers' calls. Nothing is timed.
 * @throws {Error} with the operation at the first answer that fails, tells our insides, or does not come
 */
export async function benchInputs(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  // Without a worker: nothing that is set up by chance leads anywhere.
  await using api = await startApi(ground, platform);
  const aNumber = createNumbers(1_000_000);
  const wanted = ground.quick ? TRIED_QUICK : TRIED;
  let tried = 0;
  let overRest = 0;
  while (tried < wanted) {
    const options = { word: 'Absurd', aNumber, ourNumber: '+385994444444', lookup: LOOKUP };
    const tenant = await createTenant(platform.app, options);
    const sample = fc.sample(badInputs(tenant), Math.min(PER_ACCOUNT, wanted - tried));
    overRest += sample.filter(({ path }) => path.startsWith('/v1/')).length;
    const inputs = sample.values();
    const sendAll = async () => {
      // All of them take from the same iterator.
      for (const input of inputs) await sendBadInput(new URL(api.url).origin, input);
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
  ];
}
