import { expect, it } from '@jest/globals';
import { Child, temporaryDirectory } from '@delta-hub/local-log/testing';
import { join } from 'node:path';

const TAKER = new URL('./testing/lock-taker.ts', import.meta.url);

it('processes that take a directory at the same moment all have it, one after the other', async () => {
  const directory = await temporaryDirectory();
  const takers = [1, 2, 3].map(() => new Child(TAKER, join(directory.path, 'lock'), '3000'));
  try {
    for (const taker of takers) await taker.printed(1);
    expect(takers.map(({ lines }) => lines)).toEqual(takers.map(() => ['done']));
  } finally {
    for (const taker of takers) await taker.kill();
    await directory.dispose();
  }
});
