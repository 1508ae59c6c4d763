import { lookup } from 'node:dns/promises';
import { InvalidInput } from '../errors.ts';
import { rulesOf } from '../outgoing/http/rules.ts';
import { splitUrl, urlProblem } from '../outgoing/http/url.ts';
import { hostProblem, refusalOf } from '../outgoing/networks.ts';
import { isOneLine } from '../one-line.ts';
import type { App } from '../platform.ts';
import { ALL_WEBHOOK_NAMES, isWebhookName, type WebhookName } from './catalog.ts';
import { WebhookAddressRefused, WebhookOutsideResidency } from './errors.ts';

const MAX_URL_LENGTH = 2_000;
const MAX_DESCRIPTION_LENGTH = 200;

/** @throws {InvalidInput} */
export function readDescription(text: string): string {
  const description = text.trim();
  if (description.length > MAX_DESCRIPTION_LENGTH || !isOneLine(description))
    throw new InvalidInput(
      'description',
      `A description is one line of at most ${MAX_DESCRIPTION_LENGTH} characters.`,
    );
  return description;
}

/** @throws {InvalidInput} */
export function readEvents(names: readonly string[] | null): WebhookName[] | null {
  if (names === null) return null;
  if (names.length === 0)
    throw new InvalidInput('events', 'An endpoint is told of at least one event; null stands for all.');
  const unknown = names.find((name) => !isWebhookName(name));
  if (unknown !== undefined)
    throw new InvalidInput(
      'events',
      `There is no event of that name; there are ${ALL_WEBHOOK_NAMES.join(', ')}.`,
    );
  return ALL_WEBHOOK_NAMES.filter((name) => names.includes(name));
}

/**
 * Reads where an endpoint is. A name that resolves to what may not be called is refused at once; it is judged
 * again at each connection, so a name that changes its mind gains nothing.
 * @throws {InvalidInput | WebhookAddressRefused}
 */
export async function readUrl(app: App, text: string): Promise<string> {
  const url = text.trim();
  const problem =
    url.length > MAX_URL_LENGTH ? `A URL has at most ${MAX_URL_LENGTH} characters` : urlProblem(url);
  if (problem !== undefined) throw new InvalidInput('url', `${problem}.`);
  const { origin } = splitUrl(url);
  const rules = rulesOf(origin, app.networks);
  const forbidden = hostProblem(origin.hostname, rules);
  if (forbidden !== undefined)
    throw new WebhookAddressRefused(`This server does not call that address: ${forbidden}.`);
  // A name that is not there yet may come; one that leads inside is a mistake, or an attack.
  const addresses = await lookup(origin.hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => []);
  const refusals = addresses.map(({ address }) => refusalOf(address, rules));
  if (refusals.length > 0 && refusals.every((refusal) => refusal !== undefined))
    throw new WebhookAddressRefused(`This server does not call ${origin.hostname}: ${refusals[0]!}.`);
  return url;
}

/**
 * Before an endpoint may be told anything of an account that keeps its data in a region. One from before the residency
 * stays, and is told nothing.
 * @throws {WebhookOutsideResidency} also when nobody says where it is
 */
export function checkRegion(residency: string | null, region: string | null): void {
  if (residency !== null && region !== residency) throw new WebhookOutsideResidency(residency, region);
}
