import { certificateProblem, isAboutCertificate, type TrustSettings } from '../certificate.ts';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the host',
  ENOTFOUND: 'the name of the host does not exist',
  EAI_AGAIN: 'the name of the host cannot be resolved at the moment',
  HPE_HEADER_OVERFLOW: 'the answer has too many headers',
};

/** What went wrong on a connection, in words. @param trust settings that may help where it is the certificate */
export function inWords(error: unknown, trust?: TrustSettings): string {
  // Every address of the host was tried; they fail alike.
  if (error instanceof AggregateError && error.errors.length > 0) return inWords(error.errors[0], trust);
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const words = WORDS[code];
  if (words !== undefined) return `${words} (${code})`;
  if (code.startsWith('HPE_')) return `the answer is not HTTP (${code})`;
  if (isAboutCertificate({ code })) return certificateProblem({ code, message }, trust);
  return message;
}
