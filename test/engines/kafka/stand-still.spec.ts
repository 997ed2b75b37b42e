import { afterEach, expect, it } from '@jest/globals';
import { Child, temporaryDirectory } from '@delta-hub/local-log/testing';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { standStill } from '../stand-still.js';

const BUSY = new URL('./testing/busy.ts', import.meta.url);
/** More than there are processors, so that some wait for theirs when the signal comes. */
const THREADS = 6;

let busy: Child | undefined;
afterEach(() => busy?.kill());

it('a process that stands still does nothing more, whatever its threads were at', async () => {
  const directory = await temporaryDirectory();
  const file = join(directory.path, 'counts');
  writeFileSync(file, Buffer.alloc(8 * THREADS));
  const counts = (): bigint[] => [...new BigUint64Array(new Uint8Array(readFileSync(file)).buffer)];
  const goneOnFrom = async (then: readonly bigint[]): Promise<void> => {
    while (counts().some((count, at) => count <= then[at]!)) await turn();
  };
  busy = new Child(BUSY, file, `${THREADS}`);
  await busy.printed(1);
  const pid = Number(busy.lines[0]);
  await goneOnFrom(counts().map(() => 0n));
  for (let times = 0; times < 30; times++) {
    await standStill(pid);
    const then = counts();
    for (let looks = 0; looks < 100; looks++) expect(counts()).toEqual(then);
    process.kill(pid, 'SIGCONT');
    await goneOnFrom(then);
  }
  await directory.dispose();
});
