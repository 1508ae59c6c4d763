import { createSimulator } from '../../../src/simulator/simulator.ts';
import { answerQuestions } from '../ground/rpc.ts';
import { phoneNumber } from '../ground/numbers.ts';
import { machineMs } from '../ground/clock.ts';

/** The simulator, with a watch on when it sends the receipts of some numbers. A process of its own. */
export type WatchedSimulator = {
  smppPort(): number;
  /** Notes from now on when the numbers of these indexes get their text. */
  watch(firstNumber: number, count: number): void;
  /** When each of them got it, `machineMs` by index; forgets them. */
  takeDeliveries(): Map<number, number>;
};

const simulator = await createSimulator({ smppPort: 0, httpPort: 0 });
let deliveries = new Map<number, number>();
let unwatch: (() => void)[] = [];

answerQuestions({
  smppPort: () => simulator.smppPort,
  watch(firstNumber, count) {
    for (let i = firstNumber; i < firstNumber + count; i++) {
      // Called right before the deliver_sm with the receipt is written, in the same turn.
      unwatch.push(simulator.handsets.watch(phoneNumber(i), () => deliveries.set(i, machineMs())));
    }
  },
  takeDeliveries() {
    for (const stop of unwatch) stop();
    unwatch = [];
    const taken = deliveries;
    deliveries = new Map();
    return taken;
  },
} satisfies WatchedSimulator);
