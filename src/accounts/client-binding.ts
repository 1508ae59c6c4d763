import { createHash } from 'node:crypto';
import { InvalidInput } from '../errors.ts';
import { ORIGIN_RULE, readOrigin } from '../http/origins.ts';

/** The one place that a client token may be used from. */
export type ClientBinding =
  /** Pages of this origin: their browser says where they are from, and no page can make it say another. */
  | { kind: 'origin'; origin: string }
  /** An app, which says what it is. Nothing proves it: it keeps a token from being taken for another app's by mistake. */
  | { kind: 'app'; app: string };

/** What a request says of where it is from. */
export interface Whereabouts {
  /** The header `Origin`, as it came. */
  origin?: string | undefined;
  /** What an app calls itself. */
  clientApp?: string | undefined;
}

/** Octets of a token that say where it may be used from. */
export const BINDING_BYTES = 17;

const KINDS = { origin: 1, app: 2 } as const;
// A bundle id of Apple, or an application id of Android, which is told apart by case.
const APP = /^[A-Za-z][\w-]*(?:\.[A-Za-z0-9_][\w-]*)+$/;
const MAX_APP_LENGTH = 155;

/**
 * What a start says of where its client token is for; undefined: for everywhere.
 * @throws {InvalidInput}
 */
export function readBinding(input: {
  clientOrigin?: string | null | undefined;
  clientApp?: string | null | undefined;
}): ClientBinding | undefined {
  const { clientOrigin, clientApp } = input;
  if (clientOrigin != null && clientApp != null)
    throw new InvalidInput('clientApp', 'A client token is for an origin or for an app, not for both.');
  if (clientOrigin != null) {
    const origin = readOrigin(clientOrigin);
    if (origin === undefined) throw new InvalidInput('clientOrigin', `Not so: ${ORIGIN_RULE}.`);
    return { kind: 'origin', origin };
  }
  if (clientApp == null) return undefined;
  if (clientApp.length > MAX_APP_LENGTH || !APP.test(clientApp))
    throw new InvalidInput('clientApp', 'An app is named by its id, e.g. com.example.app.');
  return { kind: 'app', app: clientApp };
}

/**
 * As a token carries it: of a fixed length, and telling nobody where it is for. Whoever knows the place can find it
 * out; it is no secret.
 */
export function sealOfBinding(binding: ClientBinding): Buffer {
  const name = binding.kind === 'origin' ? binding.origin : binding.app;
  const digest = createHash('sha256').update(name).digest();
  return Buffer.concat([Buffer.of(KINDS[binding.kind]), digest.subarray(0, BINDING_BYTES - 1)]);
}

/**
 * Whether a token that carries this may be used from there. To the letter: browsers write origins in one way only.
 * An app sends no `Origin`, so a page cannot pass for one by saying its id.
 */
export function isFrom(seal: Buffer, { origin, clientApp }: Whereabouts): boolean {
  switch (seal[0]) {
    case KINDS.origin:
      return origin !== undefined && seal.equals(sealOfBinding({ kind: 'origin', origin }));
    case KINDS.app:
      return (
        origin === undefined &&
        clientApp !== undefined &&
        seal.equals(sealOfBinding({ kind: 'app', app: clientApp }))
      );
    default:
      return false;
  }
}
