/** For which name passkeys are, and on whose pages they work. */
export interface PasskeyConfig {
  /** The relying party, as WebAuthn calls it: a host, of which pages of the hosts below it are part. */
  rpId: string;
  origins: readonly string[];
}

/**
 * The pages that sign people in, as far as they are at or below the name that passkeys are for: browsers make and use
 * none elsewhere.
 * @returns without origins when the name is none of theirs
 */
export function readPasskeys(
  rpId: string | undefined,
  publicUrl: string,
  allowed: readonly string[] = [],
): PasskeyConfig {
  const { hostname, origin } = new URL(publicUrl);
  const name = rpId ?? hostname;
  const origins = [...new Set([origin, ...allowed])].filter((one) => {
    const host = new URL(one).hostname;
    return host === name || host.endsWith(`.${name}`);
  });
  return { rpId: name, origins };
}
