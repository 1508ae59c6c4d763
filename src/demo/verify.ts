import {
  CheckVerificationDocument,
  MessageDocument,
  StartFollowedDocument,
  VerificationEventsDocument,
  type EventFragment,
} from '../graphql/generated/graphql.ts';
import type { DemoClient } from './client.ts';
import type { DemoNumber } from './numbers.ts';
import { readCode } from './read-code.ts';
import { reasonOf, wayOf } from './reasons.ts';

/** How one verification went. Times are epoch milliseconds as this client saw them. */
export interface Course {
  country: string;
  masked: string;
  /** `approved`, or what stood in the way. */
  outcome: string;
  reason?: string;
  startedAt: number;
  sentAt?: number;
  deliveredAt?: number;
  approvedAt?: number;
}

export interface Target {
  client: DemoClient;
  /** Where handsets are; undefined for tests, whose codes are read over the API. */
  simulatorUrl: string | undefined;
  /** The default one when absent. */
  serviceId: string | undefined;
}

/** What a start has begun. The verification may be older: one that was pending got one more message. */
interface Begun {
  verificationId: string;
  messageId: string;
  sandboxCode: string | null;
}

const DEADLINE_MS = 60_000;

/** Start → live events → code from the handset → check → the event that says approved. */
export async function verifyNumber(target: Target, number: DemoNumber): Promise<Course> {
  const masked = `${number.e164.slice(0, 4)}…${number.e164.slice(-2)}`;
  const course: Course = { country: number.country, masked, outcome: 'failed', startedAt: Date.now() };
  try {
    const { startVerification: started } = await target.client.request(StartFollowedDocument, {
      input: { to: number.e164, ...(target.serviceId !== undefined && { serviceId: target.serviceId }) },
    });
    if (started.__typename !== 'Verification')
      return { ...course, outcome: started.__typename, reason: started.message };
    const begun = {
      verificationId: started.id,
      messageId: started.messages.nodes.at(-1)!.id,
      sandboxCode: started.sandboxCode,
    };
    await watch(target, number, begun, course);
    if (course.outcome !== 'approved') course.reason ??= await wayOfMessage(target.client, begun);
  } catch (error) {
    course.reason = reasonOf(error);
  }
  return course;
}

async function watch(target: Target, number: DemoNumber, begun: Begun, course: Course): Promise<void> {
  let checking: Promise<void> | undefined;
  const { done, stop } = target.client.subscribe(
    VerificationEventsDocument,
    { verificationId: begun.verificationId },
    ({ verificationEvents: event }) => {
      if (!isOf(begun, event)) return;
      // A connection that broke begins again at the first event: what was seen keeps its time.
      switch (event.__typename) {
        case 'MessageSent':
          course.sentAt ??= Date.now();
          break;
        case 'MessageDelivered':
          course.deliveredAt ??= Date.now();
          checking ??= check(target, number, begun).catch((error: unknown) => {
            course.reason = reasonOf(error);
            stop();
          });
          break;
        case 'VerificationApproved':
          course.approvedAt = Date.now();
          course.outcome = 'approved';
          stop();
          break;
        case 'MessageUndelivered':
        case 'MessageFailed':
        case 'MessageExpired':
        case 'VerificationFailed':
        case 'VerificationExpired':
        case 'VerificationCanceled':
          course.outcome = ENDS[event.__typename];
          stop();
          break;
        default:
          break;
      }
    },
  );
  const deadline = setTimeout(() => {
    course.outcome = `no end within ${DEADLINE_MS / 1000} s`;
    stop();
  }, DEADLINE_MS);
  try {
    await done;
    await checking;
  } finally {
    clearTimeout(deadline);
  }
}

/** In words, of a message or of its verification. */
const ENDS = {
  MessageUndelivered: 'undelivered',
  MessageFailed: 'not sent',
  MessageExpired: 'too late to send',
  VerificationFailed: 'failed',
  VerificationExpired: 'expired',
  VerificationCanceled: 'canceled',
} as const;

/** Whether it is about what this run has started: a verification that was pending brings its older messages along. */
function isOf({ messageId }: Begun, event: EventFragment): boolean {
  return !('message' in event) || event.message.id === messageId;
}

async function wayOfMessage(client: DemoClient, { messageId }: Begun): Promise<string> {
  const { message } = await client.request(MessageDocument, { id: messageId });
  return message ? wayOf(message) : 'its message is not kept any more';
}

async function check(
  target: Target,
  number: DemoNumber,
  { verificationId, sandboxCode }: Begun,
): Promise<void> {
  const code = sandboxCode ?? (await readCode(target.simulatorUrl, number.e164));
  const { checkVerification: checked } = await target.client.request(CheckVerificationDocument, {
    input: { verificationId, code },
  });
  if (checked.__typename !== 'Verification') throw new Error(checked.message);
}
