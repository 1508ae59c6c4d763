import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** What the answer to a question of the server says, when it is not as it should be. */
export interface Deviation {
  /** Of the page that asks. */
  origin?: string;
  rpId?: string;
  challenge?: string;
  counter?: number;
  /** Whether it has asked for a PIN or a finger. */
  isVerified?: boolean;
  /** Signs with another key. */
  isForged?: boolean;
}

interface Question {
  challenge: string;
}

/** A device with one passkey, in software (WebAuthn level 2, ES256, no attestation): for answers that no browser gives. */
export class Authenticator {
  readonly id = randomBytes(16);
  counter = 0;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #origin: string;
  readonly #rpId: string;

  constructor(origin: string, rpId: string) {
    this.#origin = origin;
    this.#rpId = rpId;
  }

  /** Its answer to a registration, as `RegistrationResponseJSON`. */
  register({ challenge }: Question, deviation: Deviation = {}): object {
    const { x, y } = this.#keys.publicKey.export({ format: 'jwk' });
    const point = (text: string) => Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(text, 'base64url')]);
    // COSE: a map of kty 2 (EC), alg -7 (ES256), crv 1 (P-256), x, y.
    const head = Buffer.from('a5010203262001', 'hex');
    const key = Buffer.concat([head, Buffer.from([0x21]), point(x!), Buffer.from([0x22]), point(y!)]);
    const length = Buffer.from([0, this.id.length]);
    const data = Buffer.concat([this.#data(0x45, deviation), Buffer.alloc(16), length, this.id, key]);
    // CBOR: { fmt: "none", attStmt: {}, authData: … }
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
      Buffer.from([data.length]),
      data,
    ]);
    const response = {
      clientDataJSON: this.#client('webauthn.create', challenge, deviation).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    };
    return this.#answer(response);
  }

  /** Its answer to a sign-in, as `AuthenticationResponseJSON`. */
  use({ challenge }: Question, deviation: Deviation = {}): object {
    this.counter++;
    const client = this.#client('webauthn.get', challenge, deviation);
    const data = this.#data(0x05, deviation);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    const key: KeyObject = deviation.isForged
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : this.#keys.privateKey;
    return this.#answer({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, key).toString('base64url'),
    });
  }

  #answer(response: object): object {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #client(type: string, challenge: string, deviation: Deviation): Buffer {
    return Buffer.from(
      JSON.stringify({
        type,
        challenge: deviation.challenge ?? challenge,
        origin: deviation.origin ?? this.#origin,
        crossOrigin: false,
      }),
    );
  }

  /** @param flags 1: somebody is there; 4: and has shown who; 0x40: a key follows */
  #data(flags: number, deviation: Deviation): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(deviation.counter ?? this.counter);
    const name = createHash('sha256')
      .update(deviation.rpId ?? this.#rpId)
      .digest();
    return Buffer.concat([name, Buffer.from([deviation.isVerified === false ? flags & ~4 : flags]), counter]);
  }
}
