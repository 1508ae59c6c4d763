import { errorType } from '../graphql/errors.ts';
import {
  CountryNotAllowed,
  DestinationLocked,
  DestinationOptedOut,
  IdempotencyConflict,
  InvalidCode,
  InvalidPhoneNumber,
  TooManyChecks,
  TooManySends,
  VerificationAlreadyUsed,
  VerificationNotFound,
  VerificationSettled,
  WrongCode,
} from './errors.ts';

errorType(InvalidPhoneNumber, 'The number does not exist, or cannot be read. Nothing was sent.', (t) => ({
  field: t.exposeString('field', { description: 'Which field of the input: `to`.' }),
}));

errorType(
  CountryNotAllowed,
  "The service's settings do not allow numbers of this country. Nothing was sent.",
  (t) => ({
    country: t.exposeString('country', { description: 'Country of the number, ISO 3166-1 alpha-2.' }),
  }),
);

errorType(TooManySends, 'The destination has had its sends for now. Nothing was sent.', (t) => ({
  // As nullable as the field of a verification: one document may ask both for it.
  nextSendAt: t.expose('nextSendAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When the next message may go.',
  }),
}));

errorType(DestinationLocked, 'Too many wrong codes in a row, over all verifications of this destination.');

errorType(DestinationOptedOut, 'The owner of the number asked for no more messages. Nothing was sent.');

errorType(IdempotencyConflict, 'The idempotency key belongs to a different request. Nothing was done.');

errorType(VerificationNotFound, 'There is no such verification in this account.');

errorType(
  InvalidCode,
  'What was typed cannot be a code of this verification. It was not counted as a check.',
  (t) => ({
    field: t.exposeString('field', { description: 'Which field of the input: `code`.' }),
  }),
);

errorType(WrongCode, 'Not the code. The check was counted.', (t) => ({
  checksLeft: t.exposeInt('checksLeft', { description: 'How many checks are left.' }),
}));

errorType(TooManyChecks, 'All checks are used up; the verification has ended.');

errorType(VerificationAlreadyUsed, 'The verification was approved before; a code approves once.', (t) => ({
  approvedAt: t.expose('approvedAt', { type: 'DateTime', description: 'When it was approved.' }),
}));

errorType(VerificationSettled, 'The verification has ended, so it can no longer be canceled.');
