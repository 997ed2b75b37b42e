/** `busy.ts FILE THREADS`: prints its process id; each thread says in eight bytes of the file how often it has gone round. */
import { openSync, writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

if (isMainThread) {
  const [file, threads] = process.argv.slice(2);
  for (let at = 0; at < Number(threads); at++)
    new Worker(new URL(import.meta.url), { workerData: { file, position: 8 * at } });
  console.log(process.pid);
} else {
  const { file, position } = workerData as { readonly file: string; readonly position: number };
  const open = openSync(file, 'r+');
  const count = new BigUint64Array(1);
  for (;;) {
    count[0]! += 1n;
    writeSync(open, count, 0, 8, position);
  }
}
