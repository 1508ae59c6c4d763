import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { findProgram, installPackage } from './apt.ts';
import { askRun } from './run-services.ts';

export type ChromiumInfo = { path: string } | { missing: string };

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser of this machine, or why there is none (then skip with that reason). Installs it as root. */
export async function chromiumInfo(): Promise<ChromiumInfo> {
  return (await askRun('chromium')) as ChromiumInfo;
}

/** A headless browser with a profile of its own, closed and removed when disposed. */
export async function openBrowser(path: string): Promise<{ browser: BrowserContext } & AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), 'otpost-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    headless: true,
    args: FLAGS,
  });
  return {
    browser,
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** For the run: `CHROMIUM_PATH`, or one on the PATH, or the package of Debian. */
export function findOrInstallChromium(): ChromiumInfo {
  const given = process.env.CHROMIUM_PATH;
  const path = given ?? find() ?? (installPackage('chromium') ? find() : undefined);
  if (!path) return { missing: 'there is no Chromium here: install it, or set CHROMIUM_PATH' };
  // Ubuntu's package is an empty shell where snaps do not work: what counts is that it runs.
  const runs = spawnSync(path, ['--version', '--no-sandbox']).status === 0;
  return runs ? { path } : { missing: `${path} does not run` };
}

function find(): string | undefined {
  return findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
}
