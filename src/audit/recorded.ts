const RECORDED = Symbol('recorded');

/** Marks an error whose act is in the audit log already, with the change that it came with. */
export function asRecorded<E extends Error>(error: E): E {
  return Object.assign(error, { [RECORDED]: true });
}

export function isRecorded(error: Error): boolean {
  return RECORDED in error;
}
