/** What of an error says what is wrong with a certificate. */
interface TlsError {
  code?: string | undefined;
  message: string;
}

/** Settings of whoever chose the other side, by the names that they have for them. */
export interface TrustSettings {
  /** Which authorities are trusted. */
  authorities: string;
  /** Which name a certificate must have. */
  name?: string;
}

/** Of what is connected to as its configuration says. */
export const CONFIGURED_TRUST: TrustSettings = { authorities: 'tls.ca of the configuration' };

export function isAboutCertificate({ code = '' }: Pick<TlsError, 'code'>): boolean {
  return /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code);
}

/** What OpenSSL says, without Node's advice to start it with a flag: operators have settings, no command line of Node's. */
export function certificateWords(message: string): string {
  return message.replace(/; if the root CA is installed locally.*$/s, '');
}

/** What is wrong with a certificate, in words, and which setting helps. @param settings absent: none */
export function certificateProblem({ code = '', message }: TlsError, settings?: TrustSettings): string {
  return `the certificate does not verify: ${certificateWords(message)} (${code})${adviceOn(code, settings)}`;
}

function adviceOn(code: string, settings: TrustSettings | undefined): string {
  if (!settings) return '';
  const { authorities, name } = settings;
  if (/^(?:DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF))/.test(code))
    return `; if it is of an authority of its own, give that (PEM) in ${authorities}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' && name !== undefined)
    return `; if that is right, give its name in ${name}`;
  return '';
}
