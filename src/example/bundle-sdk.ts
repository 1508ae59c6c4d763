import { fileURLToPath } from 'node:url';

interface Bundler {
  build(options: object): Promise<{ output: readonly [{ code: string }, ...unknown[]] }>;
}

/** By name, as it is there for development only. */
const BUNDLER = 'rolldown';

/** Not in an image, which is installed without what is for development. */
export function canBundle(): boolean {
  try {
    import.meta.resolve(BUNDLER);
    return true;
  } catch {
    return false;
  }
}

/** The SDK as one module for a browser. */
export async function bundleSdk(): Promise<string> {
  const { build } = (await import(BUNDLER)) as Bundler;
  const { output } = await build({
    input: fileURLToPath(new URL('../sdk/index.ts', import.meta.url)),
    platform: 'browser',
    write: false,
    logLevel: 'silent',
    output: { format: 'esm', minify: true },
  });
  return output[0].code;
}
