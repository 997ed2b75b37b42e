/** `lock-taker.ts FILE TIMES`: takes the lock so often and lets it go, then says `done`; ends with the first that it does not get. */
import { lockDirectory } from '../../../apps/hub/src/lock.js';

const [file = '', times = ''] = process.argv.slice(2);
for (let time = 0; time < Number(times); time++) lockDirectory(file, 2_000).release();
console.log('done');
