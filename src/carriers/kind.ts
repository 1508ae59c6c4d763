import type { z } from 'zod';
import type { CarrierId } from '../ids.ts';
import type { AddressRules } from '../outgoing/networks.ts';
import type { NamedSecret, Secrets } from '../outgoing/secrets.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import type { CallbackDoors } from './http/doors.ts';
import type { NamingRules } from './message-names.ts';
import type { Outside } from './outside.ts';
import type { FormMemory } from './smpp/receipt-ids.ts';

/** What the configurations of all kinds have. */
interface AnyConfig {
  kind: string;
  /** `repeated`: the carrier gives many messages the same id, and a receipt is told by its number as well. */
  messageIds: NamingRules['ids'];
}

/** All that tells one kind of carrier from the others. README.md says how to add one. */
export interface CarrierKind<Config extends AnyConfig> {
  /** What configurations and the REST API call it; of a kind with `typed` input also its field of `updateCarrier`. */
  kind: Config['kind'];
  graphql: KindInGraphQL;
  /** A `z.strictObject` with its `kind` as a literal. */
  config: z.ZodType<Config>;
  /** Where a carrier is called: two that are equal lead to the same place. */
  addressOf(config: Config): string;
  /** Where it connects to, and by which field that was chosen. */
  targets(config: Config, outside: Pick<Outside, 'networks' | 'simulator'>): Target[];
  /** The secrets that a configuration names, each with the path of the field that does. */
  secretsOf(config: Config): NamedSecret[];
  secretsMayBeEmpty: boolean;
  /** What is wrong with a secret besides what is of every one, in words that do not repeat it. */
  secretProblem(secret: string): string | undefined;
  /** Whether new links wait until those of the configuration before are gone. */
  bindsOnceOldIsGone: boolean;
  /** Whether receipts are to be expected. */
  reports(config: Config): boolean;
  /** How what the carrier calls us with is read; undefined: it does not call. */
  callbacks(config: Config): CallbackDoors | undefined;
  /** Nothing waits here: what stands in the way is told by the carrier's health. */
  open(opening: Opening<Config>, events: CarrierEvents): Carrier;
}

/** A host that a carrier connects to. */
export interface Target {
  /** Of the field in the configuration, e.g. `request.url`. */
  path: string;
  /** A name or an address. */
  host: string;
  /** Which addresses it may have. */
  rules: AddressRules;
}

export interface KindInGraphQL {
  /** Its part of names: `Http` makes `connectHttpCarrier`. */
  name: string;
  /** As people write it: carriers over `HTTP`. */
  protocol: string;
  /** Of a carrier of this kind, and of the mutation that connects one: a sentence each. */
  carrier: string;
  connecting: string;
  /** `typed`: a type of its own (`graphql-connect.ts`); else it is JSON, and this says what is in it. */
  config: 'typed' | { json: string };
}

/** What a carrier is opened with, whatever it speaks. */
export interface Opening<Config> {
  id: CarrierId;
  name: string;
  config: Config;
  secrets: Secrets;
  outside: Outside;
  /** How its messages are called. */
  names: NamingRules;
  /** Keeps, for all processes, that an id was given to several numbers. */
  onRepeatedId(id: string): Promise<void>;
  /** For ids that have another form in receipts than in answers. */
  formMemory: FormMemory;
  /** Milliseconds since 1970. */
  clock: () => number;
  random: () => number;
}
