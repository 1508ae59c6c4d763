/** Headers that do not differ from answer to answer. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** `default-src 'none'` and what a page needs besides. */
export type PagePolicy = Readonly<Record<string, string>>;

// A year, for our own host alone: what else the operator has under it is theirs to say.
const HSTS = 'max-age=31536000';

/**
 * What a browser is to keep to with any answer: it is what it says that it is, stands in no frame, is no part of a
 * foreign page that has not asked (CORS), and leads nobody to an unencrypted copy of itself.
 * @param https whether the world reaches us over TLS
 */
export function securityHeaders({ https }: { https: boolean }): Headers {
  return [
    ['content-security-policy', contentPolicy({})],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ...(https ? ([['strict-transport-security', HSTS]] as const) : []),
  ];
}

export function contentPolicy(page: PagePolicy): string {
  const policy = {
    'default-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...page,
  };
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}
