import { authenticate } from '../accounts/authenticate.ts';
import type { App } from '../platform.ts';
import { readDevFile, writeDevFile } from './dev-file.ts';
import { isReady } from './is-ready.ts';

/** Another process made the demo account and has no API: it is here, unless one answers where `dev.json` says. */
export async function adoptDevFile(app: App, dataDir: string, url: string): Promise<void> {
  const dev = await readDevFile(dataDir);
  if (!dev || dev.url === url || (await isReady(dev.url))) return;
  const isOurs = await authenticate(app, dev.apiKey).catch(() => undefined);
  if (isOurs) await writeDevFile(dataDir, { ...dev, url });
}
