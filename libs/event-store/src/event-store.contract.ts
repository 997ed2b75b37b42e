/**
 * The contract of the event store: every promise of the port as a named case, for every adapter the same.
 * An adapter joins with `describeEventStoreContract(name, open)`; there is nothing to choose.
 */
import { describe, it } from '@jest/globals';
import { appendCases } from './testing/append-cases.js';
import type { ContractCase, OpenEventStoreSubstrate } from './testing/contract-case.js';
import { readCases } from './testing/read-cases.js';
import { refusalCases } from './testing/refusal-cases.js';
import { retryCases } from './testing/retry-cases.js';
import { subscriptionCases } from './testing/subscription-cases.js';

export type { ContractCase, EventStoreSubstrate, OpenEventStoreSubstrate } from './testing/contract-case.js';

export const eventStoreContract: readonly ContractCase[] = [
  ...appendCases,
  ...retryCases,
  ...refusalCases,
  ...readCases,
  ...subscriptionCases,
];

/** Jest's own limit, above the patience of a case, so that the case can say what it waited for. */
const CASE_LIMIT_MS = 180_000;

/** Registers the contract with jest for one adapter. `open` yields a fresh, empty substrate for each case. */
export const describeEventStoreContract = (name: string, open: OpenEventStoreSubstrate): void => {
  describe(`event store contract: ${name}`, () => {
    for (const { name: promise, run } of eventStoreContract) it(promise, () => run(open), CASE_LIMIT_MS);
  });
};
