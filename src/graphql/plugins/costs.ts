import type { ServerResponse } from 'node:http';
import type { DocumentNode, GraphQLError, parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Principal } from '../../accounts/principal.ts';
import { DomainError } from '../../errors.ts';
import type { AddressOf } from '../../http/client-address.ts';
import type { App } from '../../platform.ts';
import { RateLimited } from '../../rates/errors.ts';
import { createMeter, type Charged } from '../../rates/meter.ts';
import { unitsOf } from '../../rates/units.ts';
import type { DocumentFacts } from '../document-facts.ts';
import { LIMITS } from '../limits.ts';
import type { TransportContext } from './authentication.ts';
import { TooComplex } from './limits.ts';
import type { Refuse } from './masking.ts';

/** What an operation costs, as its answer says it in `extensions.cost`. */
export interface AnswerCost {
  /** Objects that it can answer with at most. */
  requested: number;
  /** How many one operation may have. */
  limit: number;
  /** What it took of the caller's rate, and what is left of that. Absent where there is none. */
  units?: number;
  remaining?: number;
}

interface CostContext extends TransportContext {
  principal?: Principal | undefined;
  res?: ServerResponse;
  cost?: AnswerCost;
}

/** Refuses what costs too much, or comes too often, and says what everything costs. Comes behind authentication. */
export function useCosts(
  app: App,
  facts: DocumentFacts,
  { addressOf, refuse }: { addressOf: AddressOf; refuse: Refuse },
): Plugin {
  const meter = app.single(createMeter);

  const addressIn = ({ req, address }: CostContext) => (req ? addressOf(req) : address);
  const charge = (context: CostContext, units: number): Charged | undefined =>
    context.principal
      ? meter.charge(context.principal, units)
      : meter.chargeStranger(addressIn(context), units);

  function noteMistake(address: string | undefined): void {
    try {
      meter.chargeStranger(address, 1);
    } catch (error) {
      // This document is answered as it is; the next one is not looked at.
      if (!(error instanceof RateLimited)) throw error;
    }
  }

  const onOperation = ({ args, context, setResultAndStopExecution }: Operation) => {
    const requested = facts.operation(args.document, args.operationName)?.costOf(args.variableValues) ?? 0;
    context.cost = { requested, limit: LIMITS.cost };
    const stop = (error: DomainError) =>
      setResultAndStopExecution({ errors: [refuse(error)], extensions: { cost: context.cost } });
    if (requested > LIMITS.cost) return stop(tooCostly(requested));
    const units = unitsOf(requested);
    try {
      const charged = charge(context, units);
      if (!charged) return;
      context.cost.units = units;
      context.cost.remaining = charged.remaining;
      context.res?.setHeader('ratelimit-policy', charged.policy);
      context.res?.setHeader('ratelimit', charged.standing);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      stop(error);
    }
  };
  return {
    onParse: ({ context, parseFn, setParseFn }: Parsing) => {
      // Called for a document that was not seen lately, so this costs the others nothing. Who has sent too many that
      // are none is refused here, whatever credential came with it: validation can take 20 ms, and comes before that is known.
      setParseFn((source, parsing) => {
        meter.admitStranger(addressIn(context));
        return parseFn(source, parsing);
      });
      return ({ result }: { result: unknown }) => {
        // Thrown here, before the parser's cache hears of it: the refusal is not the document's.
        if (result instanceof RateLimited) throw refuse(result);
      };
    },
    onValidate: ({ context }: Pick<Operation, 'context'>) => {
      return ({ valid }: { valid: boolean }) => {
        if (!valid) noteMistake(addressIn(context));
      };
    },
    onExecute: onOperation,
    onSubscribe: onOperation,
  } as Plugin;
}

interface Parsing {
  context: CostContext;
  parseFn: typeof parse;
  setParseFn(parseFn: typeof parse): void;
}

interface Operation {
  args: {
    document: DocumentNode;
    operationName?: string | null;
    variableValues?: Record<string, unknown> | null;
  };
  context: CostContext;
  setResultAndStopExecution(result: { errors: GraphQLError[]; extensions: object }): void;
}

function tooCostly(cost: number): TooComplex {
  return new TooComplex(
    `This operation could answer with ${cost} objects; ${LIMITS.cost} are allowed. Ask for smaller pages.`,
  );
}
