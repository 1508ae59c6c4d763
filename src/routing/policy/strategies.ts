/**
 * How the route of a message can be chosen. The settings of a service, the API and `createPolicy` have their names
 * from here; README.md says how to add one.
 */
export const STRATEGIES = {
  priority: { about: 'The lowest priority number first.', learns: false },
  least_cost: { about: 'The cheapest first.', learns: false },
  adaptive: {
    about: 'What earns most by experience: the chance of a conversion times its value, less the price.',
    learns: true,
  },
} as const satisfies Record<string, Traits>;

interface Traits {
  /** A sentence for the API. */
  about: string;
  /** Whether it goes by what became of the account's messages, and so has to be told. */
  learns: boolean;
}

export type Strategy = keyof typeof STRATEGIES;

export const STRATEGY_NAMES = Object.keys(STRATEGIES) as Strategy[];
