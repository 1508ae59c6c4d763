/** How long an access token is good, unless its client says otherwise. Seconds. */
export const TOKEN_SECONDS = 600;
export const SHORTEST_TOKEN_SECONDS = 60;
export const LONGEST_TOKEN_SECONDS = 3_600;

/** How long a client's assertion may be good. Seconds. */
export const LONGEST_ASSERTION_SECONDS = 300;
/** What two clocks may be apart. Seconds. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/** Those that a client may sign its assertions with: no shared secrets, nothing that is being given up. */
export const ASSERTION_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const;
