// A start costs one. What a page of a hundred verifications with their messages costs the database is about
// what a hundred starts do.
const OBJECTS_PER_UNIT = 100;

/** @param cost objects that an answer may have at most */
export function unitsOf(cost: number): number {
  return Math.max(1, Math.ceil(cost / OBJECTS_PER_UNIT));
}
