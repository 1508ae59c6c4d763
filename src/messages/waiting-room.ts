import type { MessageId } from '../ids.ts';
import type { Resolution } from '../numbers/resolution.ts';
import type { ClaimedMessage } from './claim.ts';

/** A claimed message whose number is being looked up. */
export interface WaitingMessage {
  message: ClaimedMessage;
  resolution: Promise<Resolution>;
}

/**
 * Where messages wait for the lookup of their number while others go on. The wait is bounded by a deadline
 * far below the lease, so they stay claimed without further ado.
 */
export interface WaitingRoom {
  readonly size: number;
  add(messages: readonly WaitingMessage[]): void;
  /** Those whose answer or deadline has come, each once. */
  leave(now: number): { messages: ClaimedMessage[]; told: Map<MessageId, Resolution> };
}

/** @param onReady somebody can leave */
export function createWaitingRoom(onReady: () => void): WaitingRoom {
  let waiting = 0;
  let ready: { message: ClaimedMessage; resolution: Resolution }[] = [];
  return {
    get size() {
      return waiting + ready.length;
    },
    add(messages) {
      waiting += messages.length;
      for (const { message, resolution } of messages)
        void resolution.then((told) => {
          waiting -= 1;
          ready.push({ message, resolution: told });
          onReady();
        });
    },
    leave(now) {
      // Whoever held this worker up for so long: with its lease the message went to another one.
      const leaving = ready.filter(({ message }) => message.dueAt.getTime() > now);
      ready = [];
      return {
        messages: leaving.map(({ message }) => message),
        told: new Map(leaving.map(({ message, resolution }) => [message.id, resolution])),
      };
    },
  };
}
