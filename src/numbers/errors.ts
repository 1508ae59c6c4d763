import { DomainError } from '../errors.ts';

/** A lookup takes numbers to whoever is asked: those of an account with a residency stay in its region. */
export class NumberLookupOutsideResidency extends DomainError {
  readonly code = 'number_lookup/outside_residency';
  readonly field = 'config.region';
  constructor(residency: string, region: string | null) {
    super(
      `The account's numbers stay in ${residency}, and this lookup is ${region === null ? 'not known to be there: give its region' : `in ${region}`}.`,
    );
  }
}
