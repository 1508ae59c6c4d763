import { useEffect, useState } from 'react';
import type { OtpostError } from './errors.ts';
import { UNKNOWN, withEvent, type Standing } from './standing.ts';
import { createOtpost } from './client.ts';

export interface UseVerificationOptions {
  /** Where Otpost is. */
  url: string;
  /** What your server got from `start`; while it is absent nothing is watched. */
  verificationId: string | undefined;
  /** The verification's `clientToken`. */
  token: string | undefined;
}

/** How a verification stands, live, over reconnections, until it has ended or the page leaves it. */
export function useVerification({ url, verificationId, token }: UseVerificationOptions): Standing {
  const [standing, setStanding] = useState<Standing>(UNKNOWN);
  useEffect(() => {
    setStanding(UNKNOWN);
    if (verificationId === undefined || token === undefined) return;
    const left = new AbortController();
    const set = (change: (last: Standing) => Standing) => {
      if (!left.signal.aborted) setStanding(change);
    };
    const follow = async () => {
      const events = createOtpost({ url, token }).watch(verificationId, {
        signal: left.signal,
        onReconnect: (error) => set((last) => ({ ...last, line: 'lost', error })),
      });
      for await (const event of events) set((last) => withEvent(last, event));
      set((last) => ({ ...last, line: 'ended', error: undefined }));
    };
    follow().catch((error: unknown) => {
      set((last) => ({ ...last, line: 'failed', error: error as OtpostError }));
    });
    return () => left.abort();
  }, [url, verificationId, token]);
  return standing;
}

export type { Standing } from './standing.ts';
