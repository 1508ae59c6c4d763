import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

// RFC 3339 §5.6 with the zone that the grammar demands; Date.parse alone would take "1" as a year.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

builder.scalarType('DateTime', {
  description: 'A moment, RFC 3339 in UTC with milliseconds, e.g. `2026-11-23T15:04:05.678Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (moment) => moment.toISOString(),
  parseValue(value) {
    const moment = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined;
    // The database knows no year 0, and none of five digits by this spelling.
    const year = moment?.getUTCFullYear() ?? Number.NaN;
    if (!moment || !(year >= 1 && year <= 9999))
      throw new GraphQLError('A DateTime is written as RFC 3339 with a zone, e.g. 2026-11-23T15:04:05Z.');
    return moment;
  },
});

builder.scalarType('PhoneNumber', {
  description:
    'A phone number in E.164, e.g. `+385911234567`. As an input, anything a person would type is understood: ' +
    'numbers without a country code are read with the default country of the service. As an output it is masked ' +
    '(`+385•••••••67`) unless the caller may see it.',
  specifiedByURL: 'https://www.itu.int/rec/T-REC-E.164',
  serialize: (number) => number,
  parseValue(value) {
    if (typeof value !== 'string') throw new GraphQLError('A PhoneNumber is a string, e.g. "+385911234567".');
    return value;
  },
});

/** Deeper values overflow the stack of whoever walks them: a few thousand levels of 64 KB of brackets did. */
const JSON_LEVELS = 32;

builder.scalarType('JSON', {
  description: `Any JSON value of at most ${JSON_LEVELS} levels. In an operation it is best given as a variable.`,
  serialize: (value) => value,
  parseValue(value) {
    if (isDeeper(value, JSON_LEVELS))
      throw new GraphQLError(`A JSON value has at most ${JSON_LEVELS} levels, one in another.`);
    return value;
  },
});

/** Level by level: it must not overflow the stack itself. */
function isDeeper(value: unknown, levels: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    );
  }
  return false;
}
