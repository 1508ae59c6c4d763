import { type CarrierProfile, isProfileName, type ProfileName, PROFILES } from './profile.ts';
import type { NamedProfile } from './profile-change.ts';

/** Which carrier behaves how, by system id. The name of a profile is a system id with that profile. */
export class SimulatedCarriers {
  readonly #bySystemId = new Map<string, NamedProfile>();

  constructor(configured: Readonly<Record<string, ProfileName | NamedProfile>>) {
    for (const [systemId, given] of Object.entries(configured)) {
      const named = typeof given === 'string' ? { name: given, profile: PROFILES[given] } : given;
      this.#bySystemId.set(systemId, named);
    }
  }

  profileFor(systemId: string): CarrierProfile | undefined {
    return this.find(systemId)?.profile;
  }

  find(systemId: string): NamedProfile | undefined {
    const named = this.#bySystemId.get(systemId);
    if (named || !isProfileName(systemId)) return named;
    return { name: systemId, profile: PROFILES[systemId] };
  }

  /** From the next submit on. */
  change(systemId: string, to: NamedProfile): void {
    this.#bySystemId.set(systemId, to);
  }

  /** Those that were configured first, then the profiles' own. */
  systemIds(): string[] {
    return [...new Set([...this.#bySystemId.keys(), ...Object.keys(PROFILES)])];
  }
}
