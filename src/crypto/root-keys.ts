/** The keys of `OTPOST_KEYS`: data keys are wrapped under the first one; the others still unwrap. */
export interface RootKeys {
  readonly currentId: string;
  readonly secrets: ReadonlyMap<string, Buffer>;
  /** The index key of an installation from before it was kept among the data keys. */
  readonly index: Buffer | undefined;
}

const ENTRY = /^([a-z0-9][a-z0-9-]{0,11}):([A-Za-z0-9+/_-]{43,44}=?)$/;

/**
 * Reads `OTPOST_KEYS` = `id:base64,id:base64,…`, 32 octets each.
 * @param name what to call it in an error: the variable, or the file
 * @throws {Error} that names the entry which is wrong, never its secret
 */
export function parseRootKeys(text: string, name = 'OTPOST_KEYS'): RootKeys {
  const secrets = new Map<string, Buffer>();
  for (const [position, entry] of text.split(',').entries()) {
    const match = ENTRY.exec(entry.trim());
    const secret = match ? Buffer.from(match[2]!, 'base64') : undefined;
    if (!match || secret?.length !== 32)
      throw new Error(`${name}: entry ${position + 1} is not id:base64 of 32 bytes`);
    if (secrets.has(match[1]!)) throw new Error(`${name}: the id "${match[1]!}" is there twice`);
    secrets.set(match[1]!, secret);
  }
  const index = secrets.get('index');
  secrets.delete('index');
  const currentId = secrets.keys().next().value;
  if (currentId === undefined) throw new Error(`${name}: there must be a key besides "index"`);
  return { currentId, secrets, index };
}
