import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The absolute path of a program on the PATH. */
export function findProgram(...names: string[]): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => places.map((place) => join(place, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs a Debian or Ubuntu package that the tests need, and says so on the console.
 * @returns whether it did; never for anyone but root
 */
export function installPackage(name: string): boolean {
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) return false;
  console.log(`The tests need ${name}: installing it with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args: string[]) =>
    spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  // One source of packages that is away makes the update fail, and need not be the one that has this package.
  aptGet('update', '-qq');
  return aptGet('install', '-qq', '-y', '--no-install-recommends', name);
}
