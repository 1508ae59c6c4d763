import { countSearch } from '../accounts/count-search.ts';
import type { Principal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import { newId } from '../crypto/new-id.ts';
import { indexNames } from '../factors/index-names.ts';
import type { App } from '../platform.ts';
import { parsePhone } from '../verifications/phone.ts';
import { readSubject } from './read-subject.ts';
import { hashReceipt, sha256, type Receipt } from './receipt.ts';
import { subjectsOf } from './subject.ts';

export interface SubjectExport {
  receipt: Receipt;
  /** As JSON: what the receipt's hash is of, to the octet. */
  document: string;
}

/**
 * Exports all that is stored of a subject, for its request under data protection law. That it was read is in the
 * audit log.
 * @throws {InvalidPhoneNumber | TooManySearches}
 */
export async function exportSubject(app: App, who: Principal, input: { to: string }): Promise<SubjectExport> {
  const { accountId } = who;
  const { e164 } = parsePhone(input.to, null);
  await countSearch(app, who);
  const subjects = subjectsOf(app.keys, accountId, e164);
  const now = app.clock();
  await indexNames(app, accountId);
  const read = await readSubject(app, accountId, { to: e164, subjects });
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'subject.export', now, async (act) => {
      const messages = read.verifications.flatMap((verification) => verification.messages);
      const counts = {
        verifications: read.verifications.length,
        messages: messages.length,
        attempts: messages.flatMap(({ attempts }) => attempts).length,
        events: read.verifications.flatMap(({ events }) => events).length,
        inboundMessages: read.inboundMessages.length,
        destinations: read.limits.length,
        batchRows: read.batchRows.length,
        inboundParts: read.inboundParts.length,
        optOuts: read.optOuts.length,
        safeNumbers: read.safeNumbers.length,
        numberLookups: read.numberLookups.length,
        entities: read.entities.length,
        factorNames: read.factorNames.length,
      };
      const document = JSON.stringify(read);
      const id = newId('rcp', now);
      const receipt: Receipt = {
        ...{ kind: 'export', accountId, id, at: new Date(now), counts },
        document: sha256(document),
      } as const;
      act.on(id, { hash: hashReceipt(receipt), ...counts });
      return { receipt, document };
    }),
  );
}
