/**
 * The same brokers in an order of chance. A client begins with the first of its list each time it is made: were that one
 * frozen, which takes connections and answers nothing, no client would ever get past it.
 */
export const shuffled = (brokers: readonly string[]): string[] =>
  brokers
    .map((broker) => [Math.random(), broker] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, broker]) => broker);
