/** A double in a process of its own: prints its connection string, and ends when its standard input does. */
import { KurrentDouble } from './server.js';

const double = await new KurrentDouble().start();
process.stdout.write(`${double.connectionString}\n`);
process.stdin.resume().once('end', () => process.exit(0));
