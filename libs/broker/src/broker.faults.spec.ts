import { describe, expect, it } from '@jest/globals';
import { brokerContract, type ContractCase } from './broker.contract.js';
import { brokerFaults, faultySubstrate } from './testing/faulty-brokers.js';

/** What a case that waits in vain waits; without a fault none does, and each has all the time it wants. */
const PATIENCE_MS = 500;

/** The names of the cases that fail with this fault. */
const failures = async (...fault: Parameters<typeof faultySubstrate>): Promise<readonly string[]> => {
  const failsOn = async ({ run }: ContractCase) => {
    try {
      await run(() => Promise.resolve(faultySubstrate(...fault)), fault.length === 0 ? undefined : PATIENCE_MS);
      return false;
    } catch {
      return true;
    }
  };
  const failed = await Promise.all(brokerContract.map(failsOn));
  return brokerContract.filter((_, index) => failed[index]).map(({ name }) => name);
};

describe('the broker contract', () => {
  it('passes a broker without a fault', async () => {
    expect(await failures()).toEqual([]);
  });

  it.each(brokerFaults.map((fault) => [fault.name, fault] as const))('fails when %s', async (_, fault) => {
    expect(await failures(fault)).not.toEqual([]);
  });
});
