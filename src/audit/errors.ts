import { DomainError } from '../errors.ts';

/** The log is not what its last checkpoint says, so there is nothing to sign. */
export class AuditLogBroken extends DomainError {
  readonly code = 'audit/broken';
  /** Of the first entry that does not follow. */
  readonly seq: number;
  constructor(seq: number) {
    super(`This audit log does not go on from its last checkpoint: seq ${seq} is not what follows it.`);
    this.seq = seq;
  }
}
