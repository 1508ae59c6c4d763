// Ten seconds in all: as long as a simulator takes to be started again, and no longer than anybody waits.
const ATTEMPTS = 20;
const PAUSE_MS = 500;

/**
 * The code of the newest text on the handset. A connection that is refused or breaks is tried again.
 * @param pause what passes before the next attempt
 * @throws {Error} when there is no code, or still no connection
 */
export async function readCode(
  simulatorUrl: string | undefined,
  e164: string,
  pause = () => new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS)),
): Promise<string> {
  if (simulatorUrl === undefined) throw new Error('no handsets to read the code from');
  const address = `${simulatorUrl}/handsets/${encodeURIComponent(e164)}/messages`;
  for (let attempt = 1; ; attempt++) {
    try {
      return newestCode((await (await fetch(address)).json()) as { text: string }[]);
    } catch (error) {
      // What fetch throws of a connection, whatever became of it.
      if (!(error instanceof TypeError) || attempt === ATTEMPTS) throw error;
      await pause();
    }
  }
}

function newestCode(texts: readonly { text: string }[]): string {
  const code = /\b\d{4,10}\b/.exec(texts.at(-1)?.text ?? '')?.[0];
  if (!code) throw new Error('no code on the handset');
  return code;
}
