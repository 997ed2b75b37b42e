import { expect, it } from '@jest/globals';
import { cyclesIn, mentionsOf, targetOf } from './source-files.js';

it('finds every way to mention a module', () => {
  const text = `
    import a from 'a';
    import type { B } from 'b';
    import 'c';
    export { d } from 'd';
    export * from 'e';
    export type F = import('f').F;
    export const g = await import('g');
    export const h = require('h');
    import i = require('i');
    export const none = 'from "j"'; // import 'k'
  `;
  expect(mentionsOf('sample.ts', text).map(({ specifier }) => specifier)).toEqual([...'abcdefghi']);
});

it('knows the file that a relative mention means', () => {
  expect(targetOf('libs/broker/src/sqlite/a.ts', '../broker.js')).toBe('libs/broker/src/broker.ts');
  expect(targetOf('libs/broker/src/a.ts', '../../crypto/src/b.js')).toBe('libs/crypto/src/b.ts');
  expect(targetOf('libs/broker/src/a.ts', '@delta-hub/crypto')).toBeUndefined();
});

it('finds cycles, long and short, and no others', () => {
  const graph = (edges: Record<string, readonly string[]>) => new Map(Object.entries(edges));
  expect(cyclesIn(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([]);
  expect(cyclesIn(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual([['b', 'c', 'b']]);
  expect(cyclesIn(graph({ a: ['a'] }))).toEqual([['a', 'a']]);
});
