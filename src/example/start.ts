import { canBundle } from './bundle-sdk.ts';
import { serveExample, type Example } from './serve.ts';

export type { Example } from './serve.ts';

/** The example, in front of the demo account; none where there is no bundler for its page: in an image. */
export async function startExample(
  { host, ownHosts, examplePort }: { host: string; ownHosts: ReadonlySet<string>; examplePort: number },
  demo: { url: string; apiKey: string; simulatorUrl: string },
): Promise<Example | undefined> {
  if (!canBundle()) return undefined;
  const { url: otpost, apiKey, simulatorUrl: handsets } = demo;
  return serveExample({ host, ownHosts, port: examplePort, otpost, apiKey, handsets });
}
