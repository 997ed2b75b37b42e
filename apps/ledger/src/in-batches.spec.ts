import { expect, it } from '@jest/globals';
import { InBatches } from './in-batches.js';

it('asks once for all that is asked in one turn, each key once', async () => {
  const asked: (readonly string[])[] = [];
  const lengths = new InBatches((keys) => {
    asked.push(keys);
    return new Map(keys.filter((key) => key !== '').map((key) => [key, key.length]));
  });
  const get = (keys: readonly string[]) => Promise.all(keys.map((key) => lengths.get(key)));
  expect(await get(['a', 'bb', 'a', ''])).toEqual([1, 2, 1, undefined]);
  expect(await get(['bb', 'ccc'])).toEqual([2, 3]);
  expect(asked).toEqual([
    ['a', 'bb', ''],
    ['bb', 'ccc'],
  ]);
});

it('fails for all that were asked together, and answers again after that', async () => {
  let fails = true;
  const lookUp = new InBatches<number>(() => {
    if (fails) throw new Error('away');
    return new Map([['a', 1]]);
  });
  await expect(Promise.all([lookUp.get('a'), lookUp.get('b')])).rejects.toThrow('away');
  fails = false;
  expect(await lookUp.get('a')).toBe(1);
});
