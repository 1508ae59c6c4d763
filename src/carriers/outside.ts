import type { Networks, Place } from '../outgoing/networks.ts';

/** What carriers may know of the world between them and us. */
export interface Outside {
  /** The base of the URLs under which carriers reach us. */
  publicUrl: string;
  /** Networks of the operator's own that carriers may be in. */
  networks: Networks;
  /** Where a simulator is: a carrier there is connected to wherever that is. */
  simulator?: Place | undefined;
}

/** What the app knows of it. */
export function outsideOf({
  simulatedAt,
  publicUrl,
  networks,
}: Pick<Outside, 'publicUrl' | 'networks'> & { simulatedAt: Place | undefined }): Outside {
  return { publicUrl, networks, simulator: simulatedAt };
}
