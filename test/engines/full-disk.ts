import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * From now on no file that the process writes can grow: every write behind its first byte fails, as on a disk without room.
 * A file system of its own would need the rights to mount one.
 */
export const fullDiskFor = async (pid: number): Promise<void> => {
  await promisify(execFile)('prlimit', ['--pid', `${pid}`, '--fsize=1']);
};
