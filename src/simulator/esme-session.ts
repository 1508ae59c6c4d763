import type { Socket } from 'node:net';
import type { SmppConnection } from '../carriers/smpp/connection.ts';
import type { PeerAnswer, PeerRequest } from '../carriers/smpp/peer.ts';
import { answerTo, type Bind, type SubmitSm } from '../carriers/smpp/pdu.ts';
import { STATUS } from '../carriers/smpp/status.ts';
import { NO_TLVS } from '../carriers/smpp/tlv.ts';
import type { Exchange, System } from './exchange.ts';
import { type MessagePlan, planMessage } from './profile.ts';
import { rubbish } from './rubbish.ts';
import { readSubmit, receiptPdu, type Submitted } from './short-messages.ts';
import { validUntil } from './validity.ts';

interface Bound {
  systemId: string;
  system: System;
  canSubmit: boolean;
  canReceive: boolean;
}

/** One connected ESME (SMPP v3.4 §2.2): what it may do, and what becomes of what it does. */
export class EsmeSession {
  readonly #exchange: Exchange;
  readonly #socket: Socket;
  #bound: Bound | undefined;

  constructor(exchange: Exchange, socket: Socket) {
    this.#exchange = exchange;
    this.#socket = socket;
  }

  get hasBound(): boolean {
    return this.#bound !== undefined;
  }

  handle(request: PeerRequest, connection: SmppConnection): PeerAnswer | Promise<PeerAnswer> {
    switch (request.command) {
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        return this.#bind(request, connection);
      case 'submit_sm':
        return this.#submit(request, connection);
      case 'data_sm':
      case 'deliver_sm':
        return answerTo(request, STATUS.RINVCMDID);
      case 'outbind':
      case 'alert_notification':
        return undefined;
      default:
        throw new Error(`unhandled request: ${request satisfies never}`);
    }
  }

  /** The connection is gone. */
  end(connection: SmppConnection): void {
    if (!this.#bound) return;
    this.#bound.system.binds -= 1;
    this.#bound.system.courier.detach(connection);
  }

  #bind(request: Bind, connection: SmppConnection): PeerAnswer {
    if (this.#bound) return answerTo(request, STATUS.RALYBND);
    const { password, profileFor, system: systemOf, agenda } = this.#exchange;
    const profile = profileFor(request.systemId);
    if (!profile) return answerTo(request, STATUS.RINVSYSID);
    if (password !== undefined && request.password !== password) return answerTo(request, STATUS.RINVPASWD);
    const system = systemOf(request.systemId);
    if (system.binds >= (profile.maxBinds ?? Infinity)) {
      system.refusedBinds += 1;
      return answerTo(request, STATUS.RALYBND);
    }
    system.binds += 1;
    this.#bound = {
      systemId: request.systemId,
      system,
      canSubmit: request.command !== 'bind_receiver',
      canReceive: request.command !== 'bind_transmitter',
    };
    // Receipts that waited must not overtake the bind's response.
    if (this.#bound.canReceive) agenda.after(0, () => connection.isOpen && system.courier.attach(connection));
    return {
      command: `${request.command}_resp`,
      status: STATUS.ROK,
      systemId: request.systemId,
      tlvs: { scInterfaceVersion: 0x34 },
    };
  }

  #submit(pdu: SubmitSm, connection: SmppConnection): PeerAnswer | Promise<PeerAnswer> {
    const bound = this.#bound;
    if (!bound?.canSubmit) return answerTo(pdu, STATUS.RINVBNDSTS);
    const profile = this.#exchange.profileFor(bound.systemId);
    if (!profile) return answerTo(pdu, STATUS.RSYSERR);
    const at = this.#exchange.clock();
    bound.system.submits += 1;
    if (isAboveRate(bound.system, profile.maxPerSecond, at)) return answerTo(pdu, STATUS.RTHROTTLED);
    const to = /^\+?(\d{3,15})$/.exec(pdu.destinationAddr)?.[1];
    if (!to) return answerTo(pdu, STATUS.RINVDSTADR);
    const expiresAt = validUntil(pdu.validityPeriod, at);
    if (expiresAt === 'invalid') return answerTo(pdu, STATUS.RINVEXPIRY);

    const { registeredDelivery } = pdu;
    const validForMs = expiresAt === undefined ? undefined : expiresAt - at;
    const plan = planMessage(profile, { registeredDelivery, validForMs }, this.#exchange.random);
    switch (plan.kind) {
      case 'ignored':
        return undefined;
      case 'rubbish':
        this.#socket.write(rubbish(this.#exchange.random));
        return undefined;
      case 'refused':
        return this.#later(plan.afterMs, answerTo(pdu, plan.status));
      case 'accepted':
        return this.#accept(bound, readSubmit(pdu, profile, `+${to}`, at), plan, connection);
      default:
        throw new Error(`unhandled plan: ${plan satisfies never}`);
    }
  }

  #accept(
    { system }: Bound,
    submitted: Submitted,
    plan: MessagePlan & { kind: 'accepted' },
    connection: SmppConnection,
  ): PeerAnswer | Promise<PeerAnswer> {
    const { agenda, nextIds } = this.#exchange;
    const ids = nextIds(submitted.profile.ids);
    if (plan.deliveredAfterMs !== undefined) {
      agenda.after(plan.deliveredAfterMs, () => this.#deliver(submitted));
    }
    for (const receipt of isReported(submitted) ? plan.receipts : []) {
      agenda.after(receipt.afterMs, () => {
        system.courier.send(receiptPdu(submitted, ids, receipt, this.#exchange.clock()), connection);
      });
    }
    if (plan.responseAfterMs === undefined) {
      connection.abort('the profile breaks the link');
      return undefined;
    }
    return this.#later(plan.responseAfterMs, {
      command: 'submit_sm_resp',
      status: STATUS.ROK,
      messageId: ids.response,
      tlvs: NO_TLVS,
    });
  }

  #deliver({ to, from, text, part }: Submitted): void {
    const { handsets, longTexts, clock } = this.#exchange;
    const whole = part ? longTexts.add(`${to} ${part.reference} ${from}`, part, text) : text;
    if (whole !== undefined) handsets.deliver(to, { from, text: whole }, clock());
  }

  #later(ms: number, answer: PeerAnswer): PeerAnswer | Promise<PeerAnswer> {
    if (ms === 0) return answer;
    return new Promise((resolve) => this.#exchange.agenda.after(ms, () => resolve(answer)));
  }
}

function isReported({ part, profile }: Submitted): boolean {
  if (part === undefined) return true;
  switch (profile.partReceipts) {
    case 'each':
      return true;
    case 'first':
      return part.number === 1;
    case 'last':
      return part.number === part.total;
    default:
      throw new Error(`unhandled part receipts: ${profile.partReceipts satisfies never}`);
  }
}

function isAboveRate(system: System, maxPerSecond: number | undefined, now: number): boolean {
  if (maxPerSecond === undefined) return false;
  const second = Math.floor(now / 1_000);
  if (second !== system.second) {
    system.second = second;
    system.submitsInSecond = 0;
  }
  if (system.submitsInSecond >= maxPerSecond) return true;
  system.submitsInSecond += 1;
  return false;
}
