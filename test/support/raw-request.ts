import { connect } from 'node:net';

/** Octets as they are, and what comes back until the server hangs up: for what no client would send. */
export async function sendRaw(
  url: string,
  text: string,
): Promise<{ status: number; head: string; body: string }> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.setTimeout(20_000, () => socket.destroy(new Error('there is no end of the answer')));
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  const [head = '', ...body] = answer.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') };
}
