import { expect, test } from 'vitest';
import { answerTypeFor } from '../../src/graphql/answer-type.ts';

const GRAPHQL = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

test.each([
  [undefined, JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['Application/JSON', JSON_TYPE],
  [GRAPHQL, GRAPHQL],
  [`${GRAPHQL}, ${JSON_TYPE};q=0.9`, GRAPHQL],
  [`${JSON_TYPE}, ${GRAPHQL}`, JSON_TYPE],
  [`text/html, ${GRAPHQL} ; charset=UTF-8`, GRAPHQL],
  [`${GRAPHQL}; charset=latin1, ${JSON_TYPE}`, JSON_TYPE],
  [`text/event-stream, ${JSON_TYPE}`, JSON_TYPE],
])('who accepts %s is answered in %s', (accept, type) => expect(answerTypeFor(accept)).toBe(type));

test.each([
  'text/html',
  'text/event-stream',
  'application/graphql+json',
  `${JSON_TYPE}; charset=latin1`,
  ',;=',
])('who accepts %s only gets no JSON', (accept) => expect(answerTypeFor(accept)).toBeUndefined());
