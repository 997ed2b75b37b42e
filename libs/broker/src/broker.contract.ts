/**
 * The contract of the broker: every promise of the port as a named case, for every adapter the same.
 * An adapter joins with `describeBrokerContract(name, open)`; there is nothing to choose.
 */
import { describe, it } from '@jest/globals';
import type { ContractCase, OpenBrokerSubstrate } from './testing/contract-case.js';
import { positionCases } from './testing/position-cases.js';
import { publishCases } from './testing/publish-cases.js';
import { subscriptionCases } from './testing/subscription-cases.js';

export type { BrokerSubstrate, ContractCase, OpenBrokerSubstrate } from './testing/contract-case.js';

export const brokerContract: readonly ContractCase[] = [...publishCases, ...subscriptionCases, ...positionCases];

/** Jest's own limit, above the patience of a case, so that the case can say what it waited for. */
const CASE_LIMIT_MS = 180_000;

/** Registers the contract with jest for one adapter. `open` yields a fresh substrate, without topics, for each case. */
export const describeBrokerContract = (name: string, open: OpenBrokerSubstrate): void => {
  describe(`broker contract: ${name}`, () => {
    for (const { name: promise, run } of brokerContract) it(promise, () => run(open), CASE_LIMIT_MS);
  });
};
