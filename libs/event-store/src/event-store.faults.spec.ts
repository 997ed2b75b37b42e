import { describe, expect, it } from '@jest/globals';
import { type ContractCase, eventStoreContract } from './event-store.contract.js';
import { eventStoreFaults, openFaultySubstrate } from './testing/faulty-event-stores.js';

/** What a case that waits in vain waits; without a fault none does, and each has all the time it wants. */
const PATIENCE_MS = 500;

/** The names of the cases that fail on the substrates `open` yields. */
const failures = async (open: typeof openFaultySubstrate, ...fault: Parameters<typeof openFaultySubstrate>) => {
  const failsOn = async ({ run }: ContractCase) => {
    try {
      await run(() => open(...fault), fault.length === 0 ? undefined : PATIENCE_MS);
      return false;
    } catch {
      return true;
    }
  };
  const failed = await Promise.all(eventStoreContract.map(failsOn));
  return eventStoreContract.filter((_, index) => failed[index]).map(({ name }) => name);
};

describe('the event store contract', () => {
  it('passes a store without a fault', async () => {
    expect(await failures(openFaultySubstrate)).toEqual([]);
  });

  it.each(eventStoreFaults.map((fault) => [fault.name, fault] as const))('fails when %s', async (_, fault) => {
    expect(await failures(openFaultySubstrate, fault)).not.toEqual([]);
  });
});
