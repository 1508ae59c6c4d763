import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** What a mail server took. */
export interface TakenMail {
  from: string;
  to: string[];
  /** As it came, with its headers. */
  source: string;
  /** The link in it, whichever way its lines are broken. */
  link: string;
}

/** A mail server that keeps what it takes. */
export class MailServer implements AsyncDisposable {
  readonly mails: TakenMail[] = [];
  /** With a status it refuses. */
  refuseWith: number | undefined;
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (this.refuseWith) {
            callback(Object.assign(new Error('not now'), { responseCode: this.refuseWith }));
            return;
          }
          const source = Buffer.concat(chunks).toString();
          const text = source.replaceAll('=\r\n', '').replaceAll('=3D', '=');
          const { mailFrom, rcptTo } = session.envelope;
          this.mails.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            source,
            link: /https?:\/\/\S+/.exec(text)?.[0] ?? '',
          });
          callback();
        });
      },
    });
  }

  static async start(): Promise<MailServer> {
    const server = new MailServer();
    await new Promise<void>((resolve) => void server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.close(resolve));
  }
}
