import { answerTo, type Notice, type Request, type Response, type Unsequenced } from './pdu.ts';
import { STATUS } from './status.ts';

/** What the peer asks; enquire_link and unbind are answered by the connection itself. */
export type PeerRequest = Exclude<Request, { command: 'enquire_link' | 'unbind' }> | Notice;
/** `undefined`: no answer is ever sent, as for notices, which have none. */
export type PeerAnswer = Unsequenced<Response> | undefined;

/** What a peer is told whose request could not be handled. */
export function failureOf(request: PeerRequest): PeerAnswer {
  const isNotice = request.command === 'outbind' || request.command === 'alert_notification';
  return isNotice ? undefined : answerTo(request, STATUS.RSYSERR);
}

/** A handler's answer; one that throws is answered as a failure. */
export function handled(
  request: PeerRequest,
  handle: () => PeerAnswer | Promise<PeerAnswer>,
): PeerAnswer | Promise<PeerAnswer> {
  try {
    return handle();
  } catch {
    return failureOf(request);
  }
}
