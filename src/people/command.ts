import { parseArgs } from 'node:util';
import { createAccount } from '../accounts/create-account.ts';
import { findAccountByName, findAccounts } from '../accounts/find-account.ts';
import { ROLES, type Role } from '../accounts/roles.ts';
import { parseId, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { makeMember } from './add-member.ts';
import { newPassword } from './new-password.ts';

export interface CreateOptions {
  email: string;
  account: string;
  name: string;
  role: Role;
}

export const CREATE_HELP = `Makes somebody a member of an account, who can then invite others.

Usage: npm run people:create -- --email ADDRESS --account ACCOUNT [options]

  --email ADDRESS     with which they sign in
  --account ACCOUNT   the id (acc_…) or the name of an account; one that there is not is made
  --name NAME         what they are called (default: the address)
  --role ROLE         ${ROLES.join(', ')} (default: owner)
  --help              this text

Prints a password to begin with. It reads the environment that the server does (DATABASE_URL, OTPOST_KEYS, …).
`;

/** @throws {Error} in one line that names the option; @returns undefined when only the help is wanted */
export function parseCreateOptions(args: readonly string[]): CreateOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: { email: text, account: text, name: text, role: text, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return undefined;
  const { email, account, role = 'owner' } = values;
  if (!email || !account) throw new Error('--email and --account are needed; --help says more.');
  const known = ROLES.find((one) => one === role);
  if (!known) throw new Error(`--role is one of ${ROLES.join(', ')}.`);
  return { email, account, name: values.name ?? email.slice(0, 60), role: known };
}

/** @returns what to tell the operator. @throws {InvalidInput} */
export async function createByCommand(app: App, options: CreateOptions): Promise<string> {
  const { email, name, role } = options;
  const password = newPassword(app.keys.randomBytes);
  const { id, isNew: isNewAccount } = await ensureAccount(app, options.account);
  const { isNew } = await makeMember(app, { accountId: id, email, name, password, role });
  const lines = [`${email} is ${role} of ${id}${isNewAccount ? ', which is new' : ''}.`];
  if (isNew)
    lines.push(
      `Password to begin with: ${password}`,
      'It is shown this once. Change it after the first sign-in.',
    );
  else lines.push('They could sign in already, and go on with their password.');
  return `${lines.join('\n')}\n`;
}

async function ensureAccount(app: App, account: string): Promise<{ id: AccountId; isNew: boolean }> {
  const id = parseId('acc', account);
  if (id) {
    const [known] = await findAccounts(app, [id]);
    if (!known) throw new Error(`There is no account ${id}.`);
    return { id, isNew: false };
  }
  const byName = await findAccountByName(app, account);
  return byName
    ? { id: byName, isNew: false }
    : { id: (await createAccount(app, { name: account })).id, isNew: true };
}
