import { DomainError } from '../errors.ts';

export class CarrierNotFound extends DomainError {
  readonly code = 'carrier/not_found';
  constructor() {
    super('There is no such carrier in this account.');
  }
}

export class CarrierOutsideResidency extends DomainError {
  readonly code = 'carrier/outside_residency';
  /** Of the input. */
  readonly field: 'region' | 'carrierId' | 'carrierIds' | 'routeId' | 'enabled';
  constructor(residency: string, region: string | null, field: CarrierOutsideResidency['field']) {
    super(
      `The account's messages stay in ${residency}, and this carrier is ${region === null ? 'not known to be there: give its region' : `in ${region}`}.`,
    );
    this.field = field;
  }
}
