import { Mode } from '../accounts/graphql-mode.ts';
import { REVEALS_AN_HOUR } from '../accounts/count-reveal.ts';
import { TooManyReveals, TooManySearches } from '../accounts/errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId } from '../ids.ts';
import { NumberGone, VerificationNotFound } from './errors.ts';
import { revealNumber, type RevealedNumber } from './reveal.ts';

errorType(NumberGone, 'The number was forgotten when its time was over. Its country is all that is left.');

errorType(TooManyReveals, 'A person has seen as many numbers as they may in an hour.', (t) => ({
  retryAfterSeconds: t.exposeInt('retryAfterSeconds', { description: 'In how many seconds to try again.' }),
}));

errorType(
  TooManySearches,
  'Whoever sees numbers masked has asked about as many full ones as they may for now. Nothing was looked for.',
  (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', { description: 'In how many seconds to try again.' }),
  }),
);

const RevealedNumberType = builder.objectRef<RevealedNumber>('RevealedNumber').implement({
  description: 'A phone number in full.',
  fields: (t) => ({
    verificationId: t.exposeID('verificationId', { description: 'The verification that it is of.' }),
    mode: t.expose('mode', { type: Mode, description: 'That of its verification.' }),
    number: t.exposeString('number', { description: 'In E.164, with its `+`.' }),
  }),
});

const RevealNumberInput = builder.inputType('RevealNumberInput', {
  description: 'Whose number to show.',
  fields: (t) => ({ verificationId: t.id({ required: true, description: 'Of which verification.' }) }),
});

builder.mutationField('revealNumber', (t) =>
  t.field({
    permission: 'numbers:reveal',
    audit: 'number.reveal',
    type: RevealedNumberType,
    description:
      'Shows the destination of one verification in full. Who saw it, when and from where is noted in the audit ' +
      `log. A person sees ${REVEALS_AN_HOUR} an hour, and every other field shows people masked numbers.`,
    errors: { types: [VerificationNotFound, NumberGone, TooManyReveals] },
    args: { input: t.arg({ type: RevealNumberInput, required: true, description: 'Whose.' }) },
    resolve: (_root, { input }, context) => {
      const id = parseId('vrf', input.verificationId);
      if (!id) throw new VerificationNotFound();
      return revealNumber(context.app, callerOf(context), id);
    },
  }),
);
