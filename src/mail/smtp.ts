import type { Logger } from 'pino';
import { MailNotSent, type Mailer } from './mailer.ts';

/** Somebody waits for the answer. */
const PATIENCE_MS = 10_000;
const AT_A_TIME = 3;

interface Transport {
  sendMail(mail: object): Promise<unknown>;
  close(): void;
}

/**
 * Over SMTP, by nodemailer, which is loaded at the first message. TLS is verified; `smtp://` goes over to it when the
 * server can.
 * @param from the sender, `Otpost <otpost@example.com>`
 */
export function createSmtpMailer({ url, from, log }: { url: string; from: string; log: Logger }): Mailer {
  let loading: Promise<Transport> | undefined;
  const load = () =>
    (loading ??= import('nodemailer').then(({ createTransport }) =>
      createTransport({
        url,
        pool: true,
        maxConnections: AT_A_TIME,
        connectionTimeout: PATIENCE_MS,
        greetingTimeout: PATIENCE_MS,
        socketTimeout: PATIENCE_MS,
        // Nothing of a message is read from a file or fetched.
        disableFileAccess: true,
        disableUrlAccess: true,
      }),
    ));

  return {
    async send({ to, subject, text }) {
      try {
        await (await load()).sendMail({ from, to: { name: '', address: to }, subject, text });
      } catch (error) {
        // Its words can hold the address.
        const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
        log.error({ code, responseCode }, 'the mail server did not take a message');
        throw new MailNotSent();
      }
    },
    async [Symbol.asyncDispose]() {
      (await loading)?.close();
    },
  };
}
