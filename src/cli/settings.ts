import { readFile } from 'node:fs/promises';
import { readDevFile } from '../demo/dev-file.ts';
import { EXIT, Failure, usage } from './exit.ts';
import { profilesPath, readProfiles } from './profiles.ts';

export interface ServerFlags {
  url?: string | undefined;
  profile?: string | undefined;
  /** A file with the key alone in it. There is no flag for the key: everybody on the machine can read a command line. */
  apiKeyFile?: string | undefined;
  /** With the test key of the development server. */
  test?: boolean | undefined;
}

/** Which server to talk to, and as whom. */
export interface Settings {
  /** Without a slash at its end. */
  url: string;
  apiKey: string;
  /** Where they come from, in words. */
  origin: string;
}

interface Source {
  url: string;
  apiKey: string;
  name: string;
}

/**
 * Flags come before the environment, that before a profile, and that before a development server in this folder. A key
 * that was kept with an address goes to that address only.
 * @throws {Failure}
 */
export async function readSettings(flags: ServerFlags, env: NodeJS.ProcessEnv): Promise<Settings> {
  const url = flags.url ?? nonEmpty(env.OTPOST_URL);
  const apiKey =
    flags.apiKeyFile === undefined ? nonEmpty(env.OTPOST_API_KEY) : await readKey(flags.apiKeyFile);
  const kept = url !== undefined && apiKey !== undefined ? undefined : await readKept(flags, env);
  const where = url === undefined ? kept?.url : readUrl(url);
  if (where === undefined)
    throw usage(
      'No server is known: run "otpost login", set OTPOST_URL and OTPOST_API_KEY, or start one here with "npm start".',
    );
  if (apiKey !== undefined)
    return { url: where, apiKey, origin: `${where}, with the key of ${keyOrigin(flags)}` };
  if (kept && readUrl(kept.url) === where) return { url: where, apiKey: kept.apiKey, origin: kept.name };
  throw new Failure(
    EXIT.denied,
    'auth/missing',
    `There is no key for ${where}${kept ? ` (that of ${kept.name} goes there only)` : ''}: set OTPOST_API_KEY, give ` +
      'a file with --api-key-file, or run "otpost login".',
  );
}

async function readKept(flags: ServerFlags, env: NodeJS.ProcessEnv): Promise<Source | undefined> {
  const path = profilesPath(env);
  const wanted = flags.profile ?? nonEmpty(env.OTPOST_PROFILE);
  if (flags.test && wanted === undefined) return ofDevServer(flags, env);
  const { current, profiles } = await readProfiles(path);
  const name = wanted ?? current;
  if (name === undefined) return ofDevServer(flags, env);
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (!profile) {
    const names = Object.keys(profiles).join(', ') || 'none yet';
    throw usage(
      `There is no profile ${JSON.stringify(name)}; there are: ${names}. "otpost login" makes one.`,
    );
  }
  return { ...profile, url: readUrl(profile.url), name: `the profile ${name} (${profile.url})` };
}

async function ofDevServer({ test }: ServerFlags, env: NodeJS.ProcessEnv): Promise<Source | undefined> {
  const dir = nonEmpty(env.DATA_DIR) ?? '.data';
  const dev = await readDevFile(dir);
  if (!dev) return undefined;
  const apiKey = test ? dev.testApiKey : dev.apiKey;
  if (apiKey === undefined) throw usage(`${dir}/dev.json has no test key: start the server again.`);
  return { url: readUrl(dev.url), apiKey, name: `the development server of ${dir}/dev.json (${dev.url})` };
}

/**
 * An address as people type it: without a scheme it is https, but on this machine.
 * @throws {Failure}
 */
export function readUrl(text: string): string {
  const scheme = /^(?:localhost|127\.|\[::1\])/i.test(text) ? 'http' : 'https';
  const url = URL.parse(text.includes('://') ? text : `${scheme}://${text}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw usage(`${JSON.stringify(text)} is not the address of a server, such as https://otp.example.com.`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

async function readKey(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    throw usage(`The file ${path} with the API key cannot be read.`);
  }
}

function keyOrigin({ apiKeyFile }: ServerFlags): string {
  return apiKeyFile ?? 'OTPOST_API_KEY';
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
