/**
 * One run of a job at a time: whoever asks during a run shares the next one, which begins after they asked, so what
 * it reads is never older than their question.
 */
export function coalesce(job: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  function begin(): Promise<void> {
    next = undefined;
    current = job().finally(() => (current = undefined));
    return current;
  }
  return () => next ?? (current ? (next = current.catch(() => {}).then(begin)) : begin());
}
