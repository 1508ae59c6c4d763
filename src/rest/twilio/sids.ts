import { parseId, type Id, type IdPrefix } from '../../ids.ts';

/** What clients of Twilio call things, by the prefix of what we call them. */
const SID_PREFIXES = {
  acc: 'AC',
  key: 'SK',
  svc: 'VA',
  vrf: 'VE',
  msg: 'VL',
  lim: 'RK',
  bkt: 'BL',
  saf: 'GN',
  ent: 'YE',
  fac: 'YF',
  chl: 'YC',
} as const satisfies Partial<Record<IdPrefix, string>>;

/** What has a sid. */
export type SidKind = keyof typeof SID_PREFIXES;

/** Two letters and the 32 hex digits of our id: nothing has to be remembered to find the way back. */
export function sidOf<Kind extends SidKind>(id: Id<Kind>): string {
  const [prefix, digits] = id.split('_') as [Kind, string];
  return SID_PREFIXES[prefix] + digits;
}

/** @returns undefined when it is no sid of this kind, so nobody has it */
export function idOfSid<Kind extends SidKind>(kind: Kind, sid: string): Id<Kind> | undefined {
  const prefix = SID_PREFIXES[kind];
  return sid.startsWith(prefix) ? parseId(kind, `${kind}_${sid.slice(prefix.length)}`) : undefined;
}

/** What the texts of a request name, whatever kinds of things. */
export function idsOfSids(texts: readonly string[]): Id<SidKind>[] {
  const kinds = Object.keys(SID_PREFIXES) as SidKind[];
  return texts.flatMap((text) => kinds.flatMap((kind) => idOfSid(kind, text) ?? []));
}
