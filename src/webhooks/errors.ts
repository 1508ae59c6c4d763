import { DomainError } from '../errors.ts';
import { SECRET_BYTES } from './signature.ts';

export class WebhookNotFound extends DomainError {
  readonly code = 'webhook/not_found';
  constructor() {
    super('There is no such webhook endpoint or delivery in this account.');
  }
}

/** An address that this server may not call. */
export class WebhookAddressRefused extends DomainError {
  readonly code = 'webhook/address';
  readonly field = 'url';
}

/** One that could be guessed: whoever knows it signs as we do. */
export class WebhookSecretTooShort extends DomainError {
  readonly code = 'webhook/secret_too_short';
  readonly field = 'secret';
  constructor(octets: number) {
    super(
      `A secret has ${SECRET_BYTES.min} octets or more, and this one ${octets}. Leave it out, and one is made.`,
    );
  }
}

export class WebhookOutsideResidency extends DomainError {
  readonly code = 'webhook/outside_residency';
  readonly field = 'region';
  constructor(residency: string, region: string | null) {
    super(
      `The account's data stays in ${residency}, and this endpoint is ${region === null ? 'not known to be there: give its region' : `in ${region}`}.`,
    );
  }
}

export class WebhookDisabled extends DomainError {
  readonly code = 'webhook/disabled';
  constructor() {
    super(
      'This endpoint is disabled. Enable it first (updateWebhookEndpoint with enabled: true); what happened meanwhile is sent then.',
    );
  }
}
