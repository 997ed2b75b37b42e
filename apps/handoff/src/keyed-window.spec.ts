import { describe, expect, it } from '@jest/globals';
import { KeyedWindow } from './keyed-window.js';

/** Work that ends when it is told to. */
const gates = () => {
  const open = new Map<string, () => void>();
  const started: string[] = [];
  const work = (item: string): Promise<void> => {
    started.push(item);
    return new Promise((resolve) => open.set(item, resolve));
  };
  const turn = async (): Promise<void> => {
    for (let n = 0; n < 20; n++) await Promise.resolve();
  };
  const end = async (item: string): Promise<void> => {
    open.get(item)?.();
    await turn();
  };
  return { work, end, turn, started };
};

describe('a keyed window', () => {
  it('keeps the order of a key and works on others meanwhile', async () => {
    const { work, end, turn, started } = gates();
    const told: string[] = [];
    const window = new KeyedWindow<string>(8, (item) => told.push(item));
    for (const item of ['a1', 'a2', 'b1']) await window.take(item.slice(0, 1), item, work);
    await turn();
    expect(started).toEqual(['a1', 'b1']);
    await end('b1');
    expect(told).toEqual([]);
    await end('a1');
    expect(started).toEqual(['a1', 'b1', 'a2']);
    expect(told).toEqual(['a1']);
    await end('a2');
    expect(told).toEqual(['a1', 'a2', 'b1']);
    await window.settled();
  });

  it('takes no more than there is room for', async () => {
    const { work, end, turn } = gates();
    const window = new KeyedWindow<string>(1, () => undefined);
    await window.take('a', 'a', work);
    let isTaken = false;
    const second = window.take('b', 'b', work).then(() => (isTaken = true));
    await turn();
    expect(isTaken).toBe(false);
    await end('a');
    await second;
    await end('b');
    await window.settled();
  });

  it('stops at a fault: nothing after it is told of, and the next taker learns why', async () => {
    const told: string[] = [];
    const window = new KeyedWindow<string>(8, (item) => told.push(item));
    const broken = (item: string): Promise<void> =>
      item === 'b' ? Promise.reject(new Error('no')) : Promise.resolve();
    for (const item of ['a', 'b', 'c']) await window.take(item, item, broken);
    await window.settled();
    expect(told).toEqual(['a']);
    await expect(window.failed).rejects.toThrow('no');
    await expect(window.take('d', 'd', broken)).rejects.toThrow('no');
  });
});
