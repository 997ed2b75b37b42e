import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new directory of its own, removed by `dispose`. */
export const temporaryDirectory = async () => {
  const path = await mkdtemp(join(tmpdir(), 'delta-hub-'));
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
};
