import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Played } from './player.js';
import type { Play } from './simulate.js';

const PLAYER = fileURLToPath(new URL('./player.ts', import.meta.url));

/** Plays worlds in so many processes at once, each of which takes the next when it has played one. Results are in the order of the plays. */
export async function* playTogether(plays: readonly Play[], jobs: number): AsyncGenerator<Played> {
  const waiting = plays.map((play) => ({ play, ...Promise.withResolvers<Played>() }));
  const results = waiting.map(({ promise }) => promise);
  for (const result of results) result.catch(() => undefined); // whoever comes to it hears of it
  const processes = Array.from({ length: Math.min(jobs, plays.length) }, () => fork(PLAYER));
  const work = async (child: ChildProcess): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await answerOf(child, next.play).then(next.resolve, next.reject);
  };
  const working = processes.map(work);
  try {
    for (const result of results) yield await result;
  } finally {
    waiting.length = 0;
    for (const child of processes) child.kill();
    await Promise.all(working);
  }
}

const answerOf = (child: ChildProcess, play: Play): Promise<Played> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the process that plays seed ${play.seed} ended: ${code}`));
    child.once('exit', ended);
    child.once('message', (result) => {
      child.off('exit', ended);
      resolve(result as Played);
    });
    if (!child.connected) ended(child.exitCode);
    else child.send(play);
  });
