import { once } from 'node:events';
import { createServer, request, Agent, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkLiteral,
  createCheckedLookup,
  ForbiddenAddress,
  type Resolve,
} from '../../../src/outgoing/lookup.ts';
import { createNetworks } from '../../../src/outgoing/networks.ts';

/** A resolver that gives these answers, one after the other, and counts the questions. */
function answering(...answers: string[][]): Resolve & { asked: string[] } {
  const asked: string[] = [];
  const resolve: Resolve = (hostname, _options, done) => {
    const addresses = answers[Math.min(asked.push(hostname), answers.length) - 1]!;
    setImmediate(
      done,
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.assign(resolve, { asked });
}

const nowhere = { own: createNetworks([]) };
const here = { own: createNetworks(['127.0.0.1/32']) };

function ask(lookup: LookupFunction, options: { all?: boolean } = {}): Promise<unknown> {
  return new Promise((resolve, reject) =>
    lookup('carrier.test', options, (error, address) => (error ? reject(error) : resolve(address))),
  );
}

describe('a name', () => {
  test('that resolves to public addresses gives them all', async () => {
    const lookup = createCheckedLookup(nowhere, answering(['8.8.8.8', '2a00::1']));
    expect(await ask(lookup, { all: true })).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2a00::1', family: 6 },
    ]);
    expect(await ask(createCheckedLookup(nowhere, answering(['8.8.8.8'])))).toBe('8.8.8.8');
  });

  test('loses those of its addresses that must not be called', async () => {
    const lookup = createCheckedLookup(nowhere, answering(['10.0.0.1', '8.8.8.8', '::1']));
    expect(await ask(lookup, { all: true })).toEqual([{ address: '8.8.8.8', family: 4 }]);
  });

  test('with no other ones is refused, and the refusal says why', async () => {
    for (const address of ['127.0.0.1', '169.254.169.254', '::ffff:8.8.8.8', 'fe80::1', '64:ff9b::8.8.8.8']) {
      const asked = ask(createCheckedLookup(nowhere, answering([address])));
      await expect(asked).rejects.toThrow(ForbiddenAddress);
      await expect(ask(createCheckedLookup(nowhere, answering([address])))).rejects.toThrow(address);
    }
  });
});

describe('a connection', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  const get = (lookup: LookupFunction, host = 'carrier.test') =>
    new Promise<number>((resolve, reject) => {
      const agent = new Agent({ lookup });
      request({ host, port, agent }, (response) => resolve(response.resume().statusCode!))
        .on('error', reject)
        .end();
    });

  test('goes to the address that was judged, with one question to the resolver', async () => {
    const resolve = answering(['127.0.0.1'], ['203.0.113.1']);
    expect(await get(createCheckedLookup(here, resolve))).toBe(200);
    expect(resolve.asked).toEqual(['carrier.test']);
  });

  test('to a name that turned to a private address since it was last judged is not made', async () => {
    const lookup = createCheckedLookup(here, answering(['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']));
    expect(await get(lookup)).toBe(200);
    await expect(get(lookup)).rejects.toThrow(ForbiddenAddress);
  });
});

test.each(['127.0.0.1', '[::1]', '169.254.169.254', '[::ffff:7f00:1]', '10.1.2.3'])(
  'a host that is the address %s is refused before there is a socket',
  (host) => {
    expect(() => checkLiteral(host, nowhere)).toThrow(ForbiddenAddress);
  },
);

test('every odd way to write an address is plain once the URL was parsed', () => {
  for (const odd of ['0x7f.1', '2130706433', '0177.0.0.1', '127.1', '①27.0.0.1'])
    expect(() => checkLiteral(new URL(`http://${odd}/`).hostname, nowhere)).toThrow(/127\.0\.0\.1/);
  expect(() => checkLiteral('carrier.test', nowhere)).not.toThrow();
});
