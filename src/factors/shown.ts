import { mayRevealPhone } from '../accounts/permissions.ts';
import type { Principal } from '../accounts/principal.ts';
import { noteRead } from '../audit/note-reads.ts';
import type { App } from '../platform.ts';
import { maskNumbersIn, mayHoldNumber } from './numbers-in.ts';
import type { Entity, Factor } from './queries.ts';

/** An entity as a caller may see it. */
export interface ShownEntity extends Entity {
  /** The identity is not what it is found by. */
  isMasked: boolean;
}

/**
 * An identity may be a phone number: it is masked for those who see none in full. That it is seen in full is noted
 * before, but for whoever has just said it.
 */
export async function shownEntity(app: App, who: Principal, entity: Entity): Promise<ShownEntity> {
  const { identity, given } = entity;
  if (!mayHoldNumber(identity)) return { ...entity, isMasked: false };
  if (!mayRevealPhone(who)) return { ...entity, identity: maskNumbersIn(identity), isMasked: true };
  if (!given) await noteRead(app, who, { action: 'entity.read', target: entity.id });
  return { ...entity, isMasked: false };
}

/** The same of a factor's name. */
export async function shownFactor(app: App, who: Principal, factor: Factor): Promise<Factor> {
  const { name, given } = factor;
  if (!mayHoldNumber(name)) return factor;
  if (!mayRevealPhone(who)) return { ...factor, name: maskNumbersIn(name) };
  if (!given) await noteRead(app, who, { action: 'entity.read', target: factor.entityId });
  return factor;
}
