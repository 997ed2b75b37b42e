// One process of `npm run test:simulation`: plays the worlds it is given, one after the other.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Play, type Result, simulate } from './simulate.js';

/** What came of a world, and the processor's time that this process has taken since it told of the last one. */
export type Played = Pick<Result, 'broken' | 'facts' | 'history' | 'struck'> & { readonly cpuSeconds: number };

let spent = 0;

const played = async (play: Play): Promise<Played> => {
  const directory = mkdtempSync(join(tmpdir(), 'delta-hub-simulation-'));
  try {
    const { broken, facts, history, struck } = await simulate(play, directory);
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1e6 - spent;
    spent += cpuSeconds;
    return { broken, facts, history, struck, cpuSeconds };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

process.on('message', (play: Play) => void played(play).then((result) => process.send?.(result)));
