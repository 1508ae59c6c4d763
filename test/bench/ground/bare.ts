/** What a row has that needs no server. */
export interface Bare {
  quick: boolean;
  /** Where to draw what was measured, if anywhere. */
  plotFile: string | undefined;
  say(line: string): void;
}
