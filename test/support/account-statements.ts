import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import ts from 'typescript';
import { tables } from '../../src/db/relations.ts';

/** A statement in the source that touches rows of accounts. */
export interface Statement {
  /** Below `src`. */
  file: string;
  line: number;
  text: string;
  /** Whether it compares, or writes, the account. */
  namesAccount: boolean;
}

// Those of people alone belong to no account.
const OF_ACCOUNTS = Object.entries(tables).flatMap(([inCode, table]) => {
  const { schema, name, columns } = getTableConfig(table as unknown as PgTable);
  const belongs = name === 'accounts' || columns.some((column) => column.name === 'account_id');
  return belongs ? [{ name: schema === undefined ? name : `${schema}[.]${name}`, inCode }] : [];
});
const SQL_NAMES = OF_ACCOUNTS.map(({ name }) => name);
const CODE_NAMES = new Set(OF_ACCOUNTS.map(({ inCode }) => inCode));
const WRITTEN = new RegExp(`\\b(?:FROM|JOIN|UPDATE)\\s+(?:${SQL_NAMES.join('|')})\\b`, 'i');
const BUILT = /^(?:from|update|delete)$/;
const READ = /^(?:findFirst|findMany)$/;
const ACCOUNT = /account_?id/i;

/**
 * Every statement of `src`, written by hand or built by Drizzle. Inserts are left out: their rows have an
 * account, or the database refuses them.
 */
export async function findStatements(): Promise<Statement[]> {
  const found: Statement[] = [];
  for await (const file of glob('**/*.ts', { cwd: 'src', exclude: ['graphql/generated'] }))
    found.push(...statementsIn(file, readFileSync(`src/${file}`, 'utf8')));
  return found;
}

export function statementsIn(file: string, code: string): Statement[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const values = new Map<string, ts.Node[]>();
  const statements: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
      values.set(node.name.text, [...(values.get(node.name.text) ?? []), node.initializer]);
    if (isStatement(node)) statements.push(wholeOf(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return statements.map((node) => ({
    file,
    line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
    text: node.getText(),
    namesAccount: namesAccount(conditionOf(node), values, new Set()),
  }));
}

function isStatement(node: ts.Node): boolean {
  if (isSql(node)) return WRITTEN.test(node.getText());
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const name = node.expression.name.text;
  if (READ.test(name)) return true;
  const [argument] = node.arguments;
  return (
    BUILT.test(name) && argument !== undefined && ts.isIdentifier(argument) && CODE_NAMES.has(argument.text)
  );
}

function isSql(node: ts.Node): boolean {
  return ts.isTemplateExpression(node) || ts.isStringLiteralLike(node);
}

/** The whole chain of calls that a call is a link of. */
function wholeOf(node: ts.Node): ts.Node {
  let whole = node;
  while (
    (ts.isPropertyAccessExpression(whole.parent) && whole.parent.expression === whole) ||
    (ts.isCallExpression(whole.parent) && whole.parent.expression === whole)
  )
    whole = whole.parent;
  return whole;
}

/** What decides about which rows it touches: not what it selects. */
function conditionOf(statement: ts.Node): ts.Node {
  let condition = statement;
  const visit = (node: ts.Node): void => {
    const isWhere =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'where';
    if (isWhere) condition = node.arguments[0] ?? condition;
    else if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) visit(node.expression);
  };
  visit(statement);
  return condition;
}

/** In the condition itself, or in what the names in it stand for. */
function namesAccount(node: ts.Node, values: ReadonlyMap<string, ts.Node[]>, seen: Set<string>): boolean {
  const text = node.getText();
  // Of SQL only what stands behind its first condition.
  const from = isSql(node) ? text.search(/\b(?:WHERE|ON|USING)\b/) : 0;
  if (ACCOUNT.test(text.slice(from === -1 ? text.length : from))) return true;
  let found = false;
  const visit = (inner: ts.Node): void => {
    if (found) return;
    if (ts.isIdentifier(inner) && !seen.has(inner.text)) {
      seen.add(inner.text);
      found = (values.get(inner.text) ?? []).some((value) => namesAccount(value, values, seen));
    }
    ts.forEachChild(inner, visit);
  };
  visit(node);
  return found;
}
