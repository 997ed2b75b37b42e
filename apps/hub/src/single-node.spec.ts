import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { init, trust } from './single-node.js';

const NODES = ['31', '32', '33', '34'];
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'delta-hub-single-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const data = (node: string): string => join(root, node);
const file = (node: string, name: string): string => join(data(node), 'nodes', node, name);
const others = (node: string): string[] => NODES.filter((one) => one !== node).map((one) => file(one, 'public.json'));
const initAll = (): void => NODES.forEach((node) => init({ data: data(node), node, json: true }));

describe('four parties, each with a directory of its own', () => {
  it('come to the same trust list, in which each is named with its own keys', () => {
    initAll();
    for (const node of NODES) trust(others(node), { data: data(node), node, replace: false, json: true });
    const listOf = (node: string): string[] =>
      (JSON.parse(readFileSync(file(node, 'trust.json'), 'utf8')) as { nodes: object[] }).nodes
        .map((one) => JSON.stringify(one))
        .toSorted();
    for (const node of NODES) expect(listOf(node)).toEqual(listOf('31'));
    expect(listOf('31').map((one) => (JSON.parse(one) as { node: string }).node)).toEqual(NODES);
  });

  it('keep what they have when they are made again', () => {
    initAll();
    const before = readFileSync(file('32', 'public.json'), 'utf8');
    init({ data: data('32'), node: '32', json: true });
    expect(readFileSync(file('32', 'public.json'), 'utf8')).toBe(before);
    expect(readFileSync(file('32', 'keys/event-1.json'), 'utf8')).not.toContain('"public"');
  });

  it('give away no private half', () => {
    initAll();
    for (const node of NODES) expect(readFileSync(file(node, 'public.json'), 'utf8')).not.toContain('"d"');
  });
});

it('a node that was made with the other three is not taken for one by itself', () => {
  init({ data: root, json: true });
  expect(() => init({ data: root, node: '32', json: true })).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

describe('a trust list is refused', () => {
  const attempt = (files: readonly string[], replace = false) => {
    try {
      trust(files, { data: data('32'), node: '32', replace, json: true });
      return 'written';
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it('when a party is missing, is there twice, or is a stranger', () => {
    initAll();
    expect(attempt(others('32').slice(1))).toBe('USAGE');
    expect(attempt([...others('32'), file('32', 'public.json')])).toBe('TRUST_LIST_INVALID');
    expect(attempt([...others('32'), join(root, 'nowhere.json')])).toBe('DATA_DIR_INVALID');
    expect(existsSync(file('32', 'trust.json'))).toBe(false);
  });

  it('when there is one already, unless it is to be replaced', () => {
    initAll();
    expect(attempt(others('32'))).toBe('written');
    expect(attempt(others('32'))).toBe('USAGE');
    expect(attempt(others('32'), true)).toBe('written');
  });
});
