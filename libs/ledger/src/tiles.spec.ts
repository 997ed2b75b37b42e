import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entriesPath, parseTilePath, tilePath, tilesOf, tileWidth } from './tiles.js';

describe('https://c2sp.org/tlog-tiles, Merkle Tree', () => {
  it('a tree of 70,000 leaves is the tiles that the specification names', () => {
    const tiles = tilesOf(70_000);
    const of = (level: number): number[] => tiles.filter((tile) => tile.level === level).map(({ width }) => width);
    expect(of(0)).toEqual([...Array.from({ length: 273 }, () => 256), 112]);
    expect(of(1)).toEqual([256, 17]);
    expect(of(2)).toEqual([1]);
    expect(tiles).toHaveLength(274 + 2 + 1);
  });

  it('a tree of 256 leaves is one full tile and a partial one of width 1', () => {
    expect(tilesOf(256)).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
  });

  it('the empty tree has no tile', () => {
    expect(tilesOf(0)).toEqual([]);
    expect(tileWidth(0, 0, 0)).toBe(0);
  });

  it('beyond the tree there are no hashes', () => {
    expect(tileWidth(0, 2, 300)).toBe(0);
    expect(tileWidth(1, 0, 300)).toBe(1);
    expect(tileWidth(2, 0, 65_535)).toBe(0);
  });
});

describe('paths', () => {
  it.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 1, index: 999, width: 17 }, 'tile/1/999.p/17'],
    [{ level: 5, index: 1000, width: 1 }, 'tile/5/x001/000.p/1'],
  ])('%j is %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual({ kind: 'hashes', ...tile });
  });

  it('of entry bundles', () => {
    expect(entriesPath(1_234_067, 255)).toBe('tile/entries/x001/x234/067.p/255');
    expect(parseTilePath('tile/entries/x001/x234/067.p/255')).toEqual({
      kind: 'entries',
      index: 1_234_067,
      width: 255,
    });
  });

  it.each([
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/0',
    'tile/0/1234',
    'tile/0/001/234',
    'tile/0/x000/001',
    'tile/0/x001/x234',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/000?x',
    'tile/entries/000.p/256',
    'tile/data/000',
    `tile/0/${'x999/'.repeat(6)}999`,
    '',
  ])('%s is none', (path) => expect(parseTilePath(path)).toBeUndefined());

  it('are read back as they are written', () => {
    const tiles = fc.record({
      level: fc.integer({ min: 0, max: 63 }),
      index: fc.nat(2 ** 40),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(fc.property(tiles, (tile) => expect(parseTilePath(tilePath(tile))).toEqual({ kind: 'hashes', ...tile })));
  });
});
