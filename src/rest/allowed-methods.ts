/** A router of Hono. */
interface Routed {
  router: { match(method: string, path: string): readonly [readonly unknown[], ...unknown[]] };
}

const METHODS = ['GET', 'POST', 'DELETE'] as const;

/**
 * What a path can be asked by, where it was asked by something else: for `Allow`. Nothing where nothing is there at all, or
 * where whoever was asked rightly found nothing. OPTIONS is for browsers, and answered elsewhere.
 */
export function otherMethods({ router }: Routed, method: string, path: string): string[] {
  const allowed = METHODS.filter((one) => router.match(one, path)[0].length > 0).flatMap((one) =>
    one === 'GET' ? ['GET', 'HEAD'] : [one],
  );
  return method === 'OPTIONS' || allowed.includes(method) ? [] : allowed;
}
