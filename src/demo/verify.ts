import {
  CheckVerificationDocument,
  StartVerificationDocument,
  VerificationEventsDocument,
} from '../graphql/generated/graphql.ts';
import type { DemoClient } from './client.ts';
import type { DemoNumber } from './numbers.ts';

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

const DEADLINE_MS = 60_000;

/** Start → live events → code from the handset → check → the event that says approved. */
export async function verifyNumber(target: Target, number: DemoNumber): Promise<Course> {
  const masked = `${number.e164.slice(0, 4)}…${number.e164.slice(-2)}`;
  const course: Course = { country: number.country, masked, outcome: 'failed', startedAt: Date.now() };
  try {
    const { startVerification: started } = await target.client.request(StartVerificationDocument, {
      input: { to: number.e164, ...(target.serviceId !== undefined && { serviceId: target.serviceId }) },
    });
    if (started.__typename !== 'Verification')
      return { ...course, outcome: started.__typename, reason: started.message };
    await watch(target, number, started, course);
  } catch (error) {
    course.reason = error instanceof Error ? error.message : String(error);
  }
  return course;
}

async function watch(
  target: Target,
  number: DemoNumber,
  started: { id: string; sandboxCode?: string | null },
  course: Course,
): Promise<void> {
  let checking: Promise<void> | undefined;
  const { done, stop } = target.client.subscribe(
    VerificationEventsDocument,
    { verificationId: started.id },
    ({ verificationEvents: event }) => {
      switch (event.__typename) {
        case 'MessageSent':
          course.sentAt = Date.now();
          break;
        case 'MessageDelivered':
          course.deliveredAt = Date.now();
          checking ??= check(target, number, started).catch((error: unknown) => {
            course.reason = String(error);
            stop();
          });
          break;
        case 'VerificationApproved':
          course.approvedAt = Date.now();
          course.outcome = 'approved';
          stop();
          break;
        case 'MessageFailed':
        case 'MessageUndelivered':
        case 'VerificationFailed':
        case 'VerificationExpired':
          course.outcome = event.__typename;
          stop();
          break;
        default:
          break;
      }
    },
  );
  const deadline = setTimeout(() => {
    course.reason = `no end within ${DEADLINE_MS / 1000} s`;
    stop();
  }, DEADLINE_MS);
  try {
    await done;
    await checking;
  } finally {
    clearTimeout(deadline);
  }
}

async function check(
  target: Target,
  number: DemoNumber,
  { id: verificationId, sandboxCode }: { id: string; sandboxCode?: string | null },
): Promise<void> {
  const code = sandboxCode ?? (await readCode(target.simulatorUrl, number.e164));
  const { checkVerification: checked } = await target.client.request(CheckVerificationDocument, {
    input: { verificationId, code },
  });
  if (checked.__typename !== 'Verification') throw new Error(checked.message);
}

/** The code of the newest text on the handset. */
async function readCode(simulatorUrl: string | undefined, e164: string): Promise<string> {
  if (simulatorUrl === undefined) throw new Error('no handsets to read the code from');
  const response = await fetch(`${simulatorUrl}/handsets/${encodeURIComponent(e164)}/messages`);
  const texts = (await response.json()) as { text: string }[];
  const code = /\b\d{4,10}\b/.exec(texts.at(-1)?.text ?? '')?.[0];
  if (!code) throw new Error('no code on the handset');
  return code;
}
