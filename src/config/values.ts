import { z } from 'zod';
import type { ProxyTrust } from '../http/client-address.ts';
import { ORIGIN_RULE, readOrigin } from '../http/origins.ts';
import { readContact } from '../http/security-txt.ts';
import { isNetwork } from '../outgoing/networks.ts';
import type { Rate } from './rates.ts';

const PORT_RANGE = 'a port is a whole number from 0 to 65535';
export const port = z.coerce.number(PORT_RANGE).int(PORT_RANGE).min(0, PORT_RANGE).max(65_535, PORT_RANGE);
export const flag = z.enum(['on', 'off']).transform((value) => value === 'on');
export const list = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));
const ROLES = ['api', 'worker', 'simulator'] as const;
export type Role = (typeof ROLES)[number];

export const roles = list.pipe(z.array(z.enum(ROLES)).min(1));

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
