import { isWholeSecret, writeSecret } from '../accounts/secret-text.ts';
import type { Role } from '../accounts/roles.ts';
import type { Mail } from '../mail/mailer.ts';

const PREFIX = 'otp_inv_';

/** A week: for as long an invitation waits. */
export const INVITATION_MS = 7 * 24 * 3_600_000;
/** Of an account, that wait at a time. */
export const MAX_INVITATIONS = 100;

/** @param secret 24 random bytes */
export function writeInvitationToken(secret: Buffer): string {
  return writeSecret(PREFIX, secret);
}

export function isWholeInvitationToken(text: string): boolean {
  return isWholeSecret(PREFIX, text);
}

/** Behind `#`, which browsers send to no server: it stands in no log. */
export function invitationLink(publicUrl: string, token: string): string {
  return `${publicUrl}/join#${token}`;
}

/** What somebody who is invited gets to read. */
export function invitationMail(to: string, about: { account: string; role: Role; link: string }): Mail {
  const { account, role, link } = about;
  return {
    to,
    subject: `You are invited to ${account} on Otpost`,
    text: [
      `You are invited to join ${account} on Otpost as ${role}.`,
      `Follow this link to do so, within 7 days:`,
      link,
      'It works once, and for this e-mail address alone. If you expect no invitation, ignore this message.',
    ].join('\n\n'),
  };
}
