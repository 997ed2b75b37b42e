/** `starter.ts LOG`: starts a program that would run for a day, prints its process id, and stays. */
import { GuardedProcess } from '../guarded-process.js';

const started = await GuardedProcess.start(['sleep', '86400'], process.argv[2] ?? '');
console.log(started.pid);
