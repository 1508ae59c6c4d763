import { WhoAmIDocument } from '../graphql/generated/graphql.ts';
import { createTransport } from '../sdk/transport.ts';
import type { Person, Session } from './connect.ts';
import { usage } from './exit.ts';
import { askOnce } from './lines.ts';
import { labelOf } from './output.ts';
import { profilesPath, readProfiles, writeProfiles } from './profiles.ts';
import { readUrl } from './settings.ts';

const NAME_FORM = /^[\w.-]{1,40}$/;

/**
 * Keeps an address and a key as a profile, and takes it from now on. The key is read from stdin, unseen, and tried
 * first.
 * @throws {Failure | OtpostError}
 */
export async function login(
  person: Person,
  { url: given, profile: name = 'default' }: { url?: string | undefined; profile?: string | undefined },
): Promise<void> {
  const { output, env, interrupts } = person;
  if (!NAME_FORM.test(name)) throw usage('The name of a profile is of letters, digits, ".", "_" and "-".');
  const path = profilesPath(env);
  // Before anything is asked: a file that others can read gets no more keys.
  await readProfiles(path);
  const typed = given ?? (await askOnce(person, 'Address of the server: '));
  if (!typed) throw usage('No address: give it with --url.');
  const url = readUrl(typed);
  const apiKey = await askOnce(person, 'API key: ', { hidden: true });
  if (!apiKey) throw usage('No key: type it, or write it to stdin.');
  const transport = createTransport({ url, token: apiKey });
  const { viewer } = await transport.ask(WhoAmIDocument, {}, interrupts.signal);
  const { profiles } = await readProfiles(path);
  await writeProfiles(path, { current: name, profiles: { ...profiles, [name]: { url, apiKey } } });
  output.result(
    { type: 'profile', name, url, accountId: viewer.accountId, mode: viewer.mode },
    `The profile ${name} is for ${url} (${viewer.accountId}), and in use. It is in ${path}.${labelOf(viewer.mode)}`,
  );
}

/** @throws {OtpostError} */
export async function whoAmI({ transport, settings, output, interrupts }: Session): Promise<void> {
  const { viewer } = await transport.ask(WhoAmIDocument, {}, interrupts.signal);
  const { url, origin } = settings;
  const may = viewer.permissions.length;
  output.result(
    { url, origin, ...viewer },
    `${viewer.accountId}  ${viewer.apiKeyId ?? viewer.kind}  ${may} permissions  (${origin})${labelOf(viewer.mode)}`,
  );
}

export async function listProfiles({ output, env }: Person): Promise<void> {
  const { current, profiles } = await readProfiles(profilesPath(env));
  for (const [name, { url }] of Object.entries(profiles))
    output.result(
      { name, url, current: name === current },
      `${name === current ? '*' : ' '} ${name}  ${url}`,
    );
  if (Object.keys(profiles).length === 0) output.note('No profiles yet: "otpost login" makes one.');
}

/** @throws {Failure} */
export async function useProfile({ output, env }: Person, name: string): Promise<void> {
  const { path, all } = await withProfile(env, name);
  await writeProfiles(path, { ...all, current: name });
  output.result({ type: 'profile', name }, `The profile ${name} is in use.`);
}

/** @throws {Failure} */
export async function removeProfile({ output, env }: Person, name: string): Promise<void> {
  const { path, all } = await withProfile(env, name);
  const { [name]: _removed, ...profiles } = all.profiles;
  await writeProfiles(path, { ...(all.current !== name && { current: all.current }), profiles });
  output.result({ type: 'removed', name }, `The profile ${name} is removed. Its key goes on working.`);
}

async function withProfile(env: NodeJS.ProcessEnv, name: string) {
  const path = profilesPath(env);
  const all = await readProfiles(path);
  if (!Object.hasOwn(all.profiles, name))
    throw usage(
      `There is no profile ${JSON.stringify(name)}; there are: ${Object.keys(all.profiles).join(', ') || 'none'}.`,
    );
  return { path, all };
}
