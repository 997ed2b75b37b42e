import { setImmediate as turn } from 'node:timers/promises';
import { afterEach } from '@jest/globals';

let test = {};
afterEach(() => {
  test = {};
});

/**
 * Looks again with every turn until it is so: things travel in their own time. Ends with the test, whose limit is the only
 * one: what went on would keep the whole run from its end.
 */
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const mine = test;
  while (!(await isSo())) {
    if (test !== mine) throw new Error('the test is over');
    await turn();
  }
};
