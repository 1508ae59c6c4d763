import * as fc from 'fast-check';
import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';

type Place = GraphQLArgument | GraphQLInputField;

/** Becomes a number that JSON can say and no double can hold. */
const BEYOND = '@beyond a double@';

const TEXTS = [
  ...['', ' ', '\n', '\u0000', 'a\u0000b', '\ud800', 'a\udfffb', '\u202eevil', '\ufeff', '\u0007', '😀'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'null', 'NaN', '1e400'],
  ...["'; DROP TABLE verifications; --", '%00', '%ff', '../../etc/passwd', '<script>', '$1', '{}', '[]'],
  ...['{code}', '{code}{code}', '{service}{nothing}', '{to}', '{secret.x}', '{', '}', '/a/~2', '/', '//'],
  ...['http://169.254.169.254/', 'https://[::1]/', 'file:///etc/passwd', 'https://', 'http://a:b@c/'],
  ...['+385911234567', '+', '+1', `+${'9'.repeat(40)}`, '٣٨٥٩١', '0', '-1', '112', '12345', 'HR', 'hr', 'ZZ'],
  ...['2026-02-30', '9999-99-99', '-271821-04-20', 'en', 'xx-invalid-locale-that-is-long', 'USD', 'EU'],
  ...[`vrf_${'0'.repeat(32)}`, `car_${'f'.repeat(32)}`, `toString_${'0'.repeat(32)}`, 'vrf_', '_', 'acc_x'],
  ...['x'.repeat(300), 'x'.repeat(20_000), 'ä'.repeat(5_000), '\ud83d'.repeat(100), '9'.repeat(2_000)],
];
const MOMENTS = [
  ...['2026-11-23T15:04:05Z', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
  ...['2026-13-01T00:00:00Z', '2026-02-30T24:00:00+99:99', '+275760-09-13T00:00:00Z', '1'],
];
const NUMBERS = [
  ...[0, -0, -1, 1, 2, 0.1, 1.5, 99, 100, 101, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31)],
  ...[2 ** 53, 2 ** 63, 1e21, 1e308, -1e308, 5e-324, BEYOND, `-${BEYOND}`],
];

/** A text that somebody may send where another one belongs. */
export const absurdText = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 60 }));
const text = absurdText;
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer(), fc.double({ noNaN: true }));
const scalar: fc.Arbitrary<unknown> = fc.oneof(text, number, fc.boolean(), fc.constant(null));

const deep = (levels: number): unknown => {
  let value: unknown = 'deep';
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Any JSON, with names that objects have already, and very deep. */
const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 3, arbitrary: fc.array(scalar, { maxLength: 4 }) },
  { weight: 3, arbitrary: fc.array(fc.tuple(text, scalar), { maxLength: 4 }).map(toObject) },
  { weight: 1, arbitrary: fc.constantFrom(100, 1_000, 4_000).map(deep) },
);

/** `Object.fromEntries`, to which `__proto__` is a name like all others. */
function toObject(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

/**
 * Values for arguments: mostly those that are right, so that the absurd ones among them are looked at
 * and not only the first one.
 * @param right arguments that the field takes
 */
export function absurdArgs(args: readonly Place[], right: Record<string, unknown>): fc.Arbitrary<object> {
  return ofPlaces(args, right);
}

/** Any JSON, or some that is right but for one thing in it. */
export function absurdJson(right: object): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: changedJson(right) }, anyJson);
}

/** What somebody may send where JSON is taken that is right but for one thing in it: also half of it, or none. */
export function absurdBody(right: object): fc.Arbitrary<string> {
  const whole = absurdJson(right).map(writeJson);
  const cut = whole.chain((text) => fc.nat({ max: text.length }).map((at) => text.slice(0, at)));
  return fc.oneof({ weight: 20, arbitrary: whole }, cut, absurdText);
}

/** What a header can have at all. */
export const absurdHeader = fc.string({ unit: 'grapheme-ascii', maxLength: 300 }).map((word) => word.trim());

/** Octets that are right but for some of them. */
export function absurdBytes(right: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: right.length - 1 });
  const changed = fc
    .array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((bytes, [at, value]) => bytes.with(at, value), new Uint8Array(right)));
  return fc.oneof(
    { weight: 4, arbitrary: changed.map((bytes) => Buffer.from(bytes)) },
    place.map((at) => right.subarray(0, at)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
}

/** As it is sent: JSON with all that JSON can say. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(new RegExp(`"(-?)${BEYOND}"`, 'g'), '$11e400');
}

function ofPlaces(places: readonly Place[], right: Record<string, unknown>): fc.Arbitrary<object> {
  const entries = places.map((place) =>
    ofPlace(place, right[place.name]).map((value) => [place.name, value] as const),
  );
  const unknown = fc.oneof(
    { weight: 40, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(text, scalar).map((entry) => [entry]) },
  );
  return fc
    .tuple(fc.tuple(...entries), unknown)
    .map(([known, more]) => toObject([...known, ...more].filter(([, value]) => value !== undefined)));
}

function ofPlace({ type }: Place, right: unknown): fc.Arbitrary<unknown> {
  const isNeeded = isNonNullType(type);
  return fc.oneof(
    { weight: isNeeded || right !== undefined ? 12 : 2, arbitrary: rightOr(type, right) },
    { weight: 3, arbitrary: absurd(type, right) },
    { weight: isNeeded ? 0 : 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function rightOr(type: GraphQLInputType, right: unknown): fc.Arbitrary<unknown> {
  const inner = getNullableType(type);
  if (isInputObjectType(inner)) return absurd(type, right);
  return right === undefined ? absurd(type, right) : fc.constant(right);
}

function absurd(type: GraphQLInputType, right: unknown): fc.Arbitrary<unknown> {
  const inner = getNullableType(type);
  if (isInputObjectType(inner))
    return fc.oneof(
      { weight: 20, arbitrary: ofPlaces(Object.values(inner.getFields()), (right ?? {}) as never) },
      { weight: 1, arbitrary: scalar },
    );
  if (isListType(inner)) {
    const [first] = Array.isArray(right) ? (right as unknown[]) : [];
    const one = rightOr(inner.ofType, first);
    return fc.oneof(
      { weight: 6, arbitrary: fc.array(one, { maxLength: 4 }) },
      { weight: 1, arbitrary: one.map((value) => Array.from({ length: 300 }, () => value)) },
      { weight: 1, arbitrary: absurd(inner.ofType, first) },
    );
  }
  if (isEnumType(inner))
    return fc.oneof(fc.constantFrom(...inner.getValues().map(({ name }) => name)), scalar);
  switch (inner.name) {
    case 'Boolean':
      return fc.oneof({ weight: 5, arbitrary: fc.boolean() }, scalar);
    case 'Int':
    case 'Float':
      return fc.oneof({ weight: 9, arbitrary: number }, scalar);
    case 'DateTime':
      return fc.oneof(fc.constantFrom(...MOMENTS), scalar);
    case 'JSON':
      return fc.oneof({ weight: 3, arbitrary: changedJson(right) }, anyJson);
    default:
      return fc.oneof({ weight: 9, arbitrary: text }, scalar);
  }
}

/** JSON that is right but for one thing in it. */
function changedJson(right: unknown): fc.Arbitrary<unknown> {
  if (typeof right !== 'object' || right === null || Object.keys(right).length === 0) return anyJson;
  const inner = right as Record<string, unknown>;
  const change = (name: string) =>
    fc
      .oneof({ weight: 3, arbitrary: changedJson(inner[name]) }, anyJson)
      .map((value) => (Array.isArray(right) ? right.with(Number(name), value) : { ...inner, [name]: value }));
  const add = fc.tuple(text, anyJson).map((entry) => toObject([...Object.entries(inner), entry]));
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...Object.keys(inner)).chain(change) }, add);
}
