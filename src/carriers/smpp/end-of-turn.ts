/**
 * Tells when all is heard that was read from the links in this turn: one promise for whoever asks in it. Answers are
 * heard by who waits for them, a little after what was read behind them.
 */
export function createEndOfTurn(): () => Promise<void> {
  let thisTurn: Promise<void> | undefined;
  return () =>
    (thisTurn ??= new Promise((resolve) => {
      setImmediate(() => {
        thisTurn = undefined;
        resolve();
      });
    }));
}
