import { Account } from '../accounts/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { errorType } from '../graphql/errors.ts';
import { CarrierOutsideResidency } from './errors.ts';
import { Carrier } from './graphql.ts';
import { carriersOutside } from './queries.ts';

errorType(CarrierOutsideResidency, "The account's messages may not leave there. Nothing was done.", (t) => ({
  field: t.exposeString('field', {
    description:
      'Which field of the input: `region`, or what leads over the carrier (`carrierId`, `carrierIds`, `routeId`, `enabled`).',
  }),
}));

builder.drizzleObjectField(Account, 'carriersOutsideResidency', (t) =>
  t.field({
    type: [Carrier],
    description:
      'The carriers that its residency keeps its messages from: they were there before it. Nothing is sent over them.',
    resolve: (account, _args, { app }) => carriersOutside(app, account),
  }),
);
