/** Prices per segment, by country (ISO 3166-1 alpha-2) or by network (MCC and MNC). */
export type Prices = Readonly<Record<string, number>>;

export interface Priced {
  price: number;
  prices: Prices | null;
}

/** What a segment costs over a route: the network's price, else the country's, else that of the route. */
export function priceOf({ price, prices }: Priced, country: string, operator: string | undefined): number {
  if (prices === null) return price;
  return (operator === undefined ? undefined : prices[operator]) ?? prices[country] ?? price;
}
