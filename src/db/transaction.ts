import postgres from 'postgres';
import type { Tx } from './client.ts';
import { whileHolding } from './holding.ts';
import type { Lanes } from './lanes.ts';
import { isConnectionGone } from './outage.ts';

const MAX_TRIES = 5;
// Serialisation failure, deadlock, and a row that another transaction made first: the next try reads it.
const RETRIED_SQLSTATES = new Set(['40001', '40P01', '23505']);

/**
 * Runs a transaction in two round trips: BEGIN travels with the statements that read and lock,
 * COMMIT with those that write. Tries again after a lost race, a deadlock or a serialisation failure.
 * @param read waits for nothing but its statements
 * @param write sends all its statements before it waits for any; the COMMIT goes right behind them. When it fails
 *   before that, nothing is committed
 */
export async function transaction<State, Result>(
  lanes: Lanes,
  read: (tx: Tx) => Promise<State>,
  write: (tx: Tx, state: State) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await lanes.run((tx) => whileHolding(() => runOnce(tx, read, write)));
    } catch (error) {
      if (tries >= MAX_TRIES || !isRetried(error)) throw error;
    }
  }
}

async function runOnce<State, Result>(
  tx: Tx,
  read: (tx: Tx) => Promise<State>,
  write: (tx: Tx, state: State) => Promise<Result>,
): Promise<Result> {
  let ending: Promise<unknown> | undefined;
  let hasFailed = false;
  const fail = (): void => void (hasFailed = true);
  try {
    // A lane's session is read-only by itself: a statement that strays out of its transaction, because
    // the connection was lost in the middle of it, changes nothing.
    const begun = tx.unsafe('begin read write').execute();
    const [, state] = await Promise.all([begun, read(tx)]);
    const committed = atEndOfTurn(() => {
      // An error among the statements before it makes it a rollback.
      if (!hasFailed) ending = tx.unsafe('commit').execute();
      return ending;
    });
    const written = write(tx, state);
    written.catch(fail);
    const [result] = await Promise.all([written, committed]);
    return result;
  } catch (error) {
    fail();
    // With the connection went the transaction; the driver opens another one.
    if (!isConnectionGone(error)) await (ending ?? tx.unsafe('rollback').execute());
    throw error;
  }
}

/**
 * Runs once all has run that waits for no answer, but before anything is sent: what fails by then never reached the
 * server, which would commit the rest; and what is sent now travels with it. Asked for ahead of the first statement,
 * it comes before the socket lets go what was written in this turn (`socket.ts`).
 */
function atEndOfTurn<T>(run: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve) => process.nextTick(() => resolve(run())));
}

/** Two transactions waited for each other, and this one was given up. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === '40P01';
}

function isRetried(error: unknown): boolean {
  return error instanceof postgres.PostgresError && RETRIED_SQLSTATES.has(error.code);
}
