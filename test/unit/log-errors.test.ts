import { DrizzleQueryError } from 'drizzle-orm/errors';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { LOG_SERIALIZERS, tellError } from '../../src/log-errors.ts';

const NUMBER = '+385917391001';

function asPostgresSays(code: string, message: string): Error {
  const detail = `Key (number)=(${NUMBER}) already exists.`;
  const more = { severity: 'ERROR', detail, where: `COPY t, line 1: "${NUMBER}"`, parameters: [NUMBER] };
  return Object.assign(new Error(message), { name: 'PostgresError', code, table_name: 'people', ...more });
}

function lineOf(error: unknown): string {
  let line = '';
  pino({ serializers: LOG_SERIALIZERS }, { write: (text: string) => void (line = text) }).error(
    { err: error },
    'x',
  );
  return line;
}

test('a query that failed is logged without its parameters, and without the row that it was about', () => {
  const cause = asPostgresSays('23505', 'duplicate key value violates unique constraint "people_email"');
  const failed = new DrizzleQueryError('select 1 from people where number = $1', [NUMBER], cause);
  const outer = new Error('not stored', { cause: failed });
  for (const error of [failed, outer, new AggregateError([failed], 'all of them failed')]) {
    const line = lineOf(error);
    expect(line).not.toContain('7391001');
    expect(line).toContain('duplicate key value violates unique constraint');
    expect(line).toContain('"errorCode":"23505"');
    expect(line).toContain('select 1 from people');
  }
});

test('a value that PostgreSQL could not read is not repeated in the log', () => {
  const line = lineOf(asPostgresSays('22P02', `invalid input syntax for type uuid: "${NUMBER}"`));
  expect(line).not.toContain('7391001');
  expect(line).toContain('invalid input syntax for type uuid');
});

test('what was wrong, and where, is in the log', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', port: 5432 });
  const told = tellError(refused);
  expect(told).toMatchObject({
    type: 'Error',
    message: 'connect ECONNREFUSED',
    errorCode: 'ECONNREFUSED',
    port: 5432,
  });
  expect((told as { stack: string }).stack).toContain('log-errors.test.ts');
});

test('what is thrown and is no error is logged by its kind', () => {
  expect(tellError({ to: NUMBER })).toBe('object');
});
