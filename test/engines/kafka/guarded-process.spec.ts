import { expect, it } from '@jest/globals';
import { Child, temporaryDirectory } from '@delta-hub/local-log/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';

const STARTER = new URL('./testing/starter.ts', import.meta.url);

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('a program that was started by a process ends with it, also when that is killed', async () => {
  const directory = await temporaryDirectory();
  const starter = new Child(STARTER, join(directory.path, 'log'));
  await starter.printed(1);
  const pid = Number(starter.lines[0]);
  expect(runs(pid)).toBe(true);
  await starter.kill();
  while (runs(pid)) await pause(10);
  await directory.dispose();
});
