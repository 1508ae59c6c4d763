import { isIP } from 'node:net';

// A name, an IPv4 address or a bracketed IPv6 address, with or without a port.
const HOST = /^(?:([\w.-]+)|\[([\da-f:.]+)\])(?::\d{1,5})?$/i;

/** Whether the `Host` header is one, and can stand in a URL: `1.2.3.999` cannot. Only HTTP/1.0 may have none. */
export function isHost(host: string | undefined, httpVersion: string): boolean {
  if (host === undefined) return httpVersion === '1.0';
  return HOST.test(host) && URL.canParse(`http://${host}`);
}

/**
 * Whether a page may be asked for under this name. A page of somebody else can point a name of theirs at our
 * address (DNS rebinding), and would then read ours as its own; an address cannot be pointed anywhere.
 * @param allowed names in lower case
 */
export function isOwnHost(host: string | undefined, allowed: ReadonlySet<string>): boolean {
  const [, name, address] = HOST.exec(host ?? '') ?? [];
  if (address !== undefined) return isIP(address) === 6;
  if (name === undefined) return false;
  const lower = name.toLowerCase().replace(/\.$/, '');
  return isIP(lower) === 4 || lower === 'localhost' || lower.endsWith('.localhost') || allowed.has(lower);
}
