import type { Session } from './connect.ts';

/** @throws {OtpostError} */
export async function cancel({ otpost, output, interrupts }: Session, id: string): Promise<void> {
  const { status } = await otpost.cancel(id, { signal: interrupts.signal });
  output.result({ type: 'canceled', id, status }, `${id}  canceled`);
}
