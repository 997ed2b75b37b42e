import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

/** In /proc/<pid>/task/<thread>/stat, behind the name in brackets. One that has just ended says nothing. */
const stateOf = (file: string): string | undefined => {
  try {
    return /\) (\w)/.exec(readFileSync(file, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
};

/**
 * SIGSTOP; resolves when every thread of the process stands still. The signal alone does not tell: on a busy machine they go
 * on for some milliseconds, in which a server still answers.
 */
export const standStill = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGSTOP');
  const threads = `/proc/${pid}/task`;
  while (!readdirSync(threads).every((thread) => stateOf(`${threads}/${thread}/stat`) === 'T')) await turn();
};
