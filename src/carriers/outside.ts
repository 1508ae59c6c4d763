import type { Networks } from '../outgoing/networks.ts';

/** What carriers may know of the world between them and us. */
export interface Outside {
  /** The base of the URLs under which carriers reach us. */
  publicUrl: string;
  /** Networks of the operator's own that carriers may be in. */
  networks: Networks;
  /** Where a simulator is: a carrier there is connected to wherever that is. */
  simulator?: { hosts: readonly string[]; port: number } | undefined;
}
