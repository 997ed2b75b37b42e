import { describe, expect, it, jest } from '@jest/globals';
import type { Broken } from './testing/model/model-disk.js';
import { explore } from './testing/model/explore.js';

jest.setTimeout(300_000);

const DEPTH = 5;

describe('append, lock, publish and witness, explored with the real transition functions (ledger design, hard test 9)', () => {
  it(`hold in every world that ${DEPTH} steps reach: crashes at every write, two processes, copies put back, requests late and twice`, () => {
    const { states, transitions, violation } = explore({ depth: DEPTH });
    process.stderr.write(`explored ${states} states, ${transitions} transitions\n`);
    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(100);
  });

  it.each<[string, Broken & { readonly witnessForgets?: boolean; readonly startsBlindly?: boolean }, RegExp]>([
    ['the lock says yes and keeps nothing', { locksNothing: true }, /./],
    ['the witness answers before it remembers', { witnessForgets: true }, /went back|two roots/],
    ['a start does not ask its witness', { startsBlindly: true }, /remembered another/],
  ])('and are found broken when %s', (_, broken, what) => {
    const { violation } = explore({ depth: 6, crashing: false, broken });
    expect(violation?.what).toMatch(what);
    expect(violation?.trace.length).toBeGreaterThan(0);
  });

  it('an entry that the disk loses is never signed', () => {
    expect(explore({ depth: 3, broken: { losesEntries: true } }).violation).toBeUndefined();
  });
});
