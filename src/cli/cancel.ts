import type { Session } from './connect.ts';
import { labelOf } from './output.ts';

/** @throws {OtpostError} */
export async function cancel({ otpost, output, interrupts }: Session, id: string): Promise<void> {
  const { status, mode } = await otpost.cancel(id, { signal: interrupts.signal });
  output.result({ type: 'canceled', id, mode, status }, `${id}  canceled${labelOf(mode)}`);
}
