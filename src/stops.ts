/** What was started, each to be stopped before what was there when it started. */
export class Stops extends AsyncDisposableStack {
  /** What is being stopped, in words, for who waits in vain; undefined until it begins. */
  waitsFor: string | undefined;

  /** @param what was started since the last name */
  name(what: string): void {
    this.defer(() => void (this.waitsFor = what));
  }
}
