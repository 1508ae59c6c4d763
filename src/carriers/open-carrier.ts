import { and, eq } from 'drizzle-orm';
import type { App } from '../platform.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import { CarrierConfig } from './config.ts';
import { keepRepeatedId } from './keep-repeated-id.ts';
import { kindOf } from './kinds.ts';
import { namingRules } from './naming-rules.ts';
import type { Outside } from './outside.ts';
import { checkSecrets, openSecrets } from './secrets.ts';
import type { FormMemory } from './smpp/receipt-ids.ts';
import { carriers, type CarrierRow } from './table.ts';

/** Opens the carrier of a row, whatever it speaks. @throws when the row cannot be read */
export function openCarrier(app: App, outside: Outside, row: CarrierRow, events: CarrierEvents): Carrier {
  const config = CarrierConfig.parse(row.config);
  const secrets = openSecrets(app.keys, row, row.secretsSealed);
  checkSecrets(config, secrets);
  const { id, name } = row;
  const { clock, random } = app;
  const opening = {
    ...{ id, name, config, secrets, outside, clock, random },
    names: namingRules(app, row, config),
    onRepeatedId: (repeated: string) => keepRepeatedId(app, row, repeated),
    formMemory: formMemory(app, row),
  };
  return kindOf(config).open(opening, events);
}

/** In the carrier's row, for as long as its configuration stays: a carrier that is on its way out says nothing of the next one. */
function formMemory(app: App, { accountId, id, config }: CarrierRow): FormMemory {
  const same = and(eq(carriers.accountId, accountId), eq(carriers.id, id), eq(carriers.config, config));
  return {
    async read() {
      const [row] = await app.db.select({ form: carriers.receiptIdForm }).from(carriers).where(same);
      return row?.form ?? null;
    },
    async write(form) {
      await app.db.update(carriers).set({ receiptIdForm: form }).where(same);
    },
  };
}
