import { z } from 'zod';
import type { ProxyTrust } from '../http/client-address.ts';
import { ORIGIN_RULE, readOrigin } from '../http/origins.ts';
import { readContact } from '../http/security-txt.ts';
import { isNetwork } from '../outgoing/networks.ts';
import type { Rate } from './rates.ts';

/** A whole number within bounds. @param what it is, in the words of the error */
export function whole(least: number, most: number, what = 'it') {
  const range = `${what} is a whole number from ${least} to ${most}`;
  return z.coerce.number(range).int(range).min(least, range).max(most, range);
}

/** Within bounds, with a fraction if need be. */
export function amount(least: number, most: number) {
  const range = `it is a number from ${least} to ${most}`;
  return z.coerce.number(range).min(least, range).max(most, range);
}

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, `it is ${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`);
}

export const port = whole(0, 65_535, 'a port');
export const flag = oneOf(['on', 'off']).transform((value) => value === 'on');
export const list = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));
const ROLES = ['api', 'worker', 'simulator'] as const;
export type Role = (typeof ROLES)[number];

export const roles = list.pipe(
  z.array(z.enum(ROLES, `roles are ${ROLES.join(', ')}, with commas between them`)).min(1),
);

export const networks = list.pipe(
  z.array(z.string().refine(isNetwork, 'a network is written 10.20.0.0/16, none wider than /8 or /7')),
);

export const proxyTrust = z.union(
  [
    z
      .string()
      .regex(/^[1-9]$/)
      .transform((text): ProxyTrust => ({ by: 'hops', hops: Number(text) })),
    networks.transform((cidrs): ProxyTrust => ({ by: 'networks', networks: cidrs })),
  ],
  'it is a number of proxies from 1 to 9, or their networks, written 10.20.0.0/16',
);

export const origins = list.pipe(
  z.array(
    z
      .string()
      .refine((text) => readOrigin(text) !== undefined, ORIGIN_RULE)
      .transform((text) => readOrigin(text)!),
  ),
);

export const contact = z
  .string()
  .refine(
    (text) => readContact(text) !== undefined,
    'it is an address of mail, or a URI: mailto:, https: or tel:',
  )
  .transform((text) => readContact(text)!);

export const rate = z
  .string()
  .regex(/^(?:off|[1-9]\d{0,8}\/[1-9]\d{0,3})$/, 'it is written 600/60, so many in so many seconds, or off')
  .transform((text): Rate | undefined => {
    const [units, seconds] = text.split('/').map(Number);
    return text === 'off' ? undefined : { units: units!, seconds: seconds! };
  });
