/**
 * A double in a process of its own: `serve.ts [FILE PORT]`. Prints its connection string, and ends when its standard input
 * does. With a file it keeps everything there, and ends with 1 when the file takes no more, as a server on a full disk.
 */
import { databaseIn } from './journal.js';
import { KurrentDouble } from './server.js';

const [file, port] = process.argv.slice(2);
process.on('SIGXFSZ', () => undefined);
process.on('uncaughtException', ({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
});

const double = await new KurrentDouble(file === undefined ? undefined : databaseIn(file)).start(Number(port ?? 0));
process.stdout.write(`${double.connectionString}\n`);
process.stdin.resume().once('end', () => process.exit(0));
