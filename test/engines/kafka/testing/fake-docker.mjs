// Stands for `docker` on the PATH of a test. FAKE_DOCKER says how it is: `away` (a client without a server), `empty` (no image
// to be had), else it runs what answers on the published port, until it is removed. Every call is a line of FAKE_DOCKER_LOG.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const { FAKE_DOCKER, FAKE_DOCKER_LOG } = process.env;
const [command, ...args] = process.argv.slice(2);
const after = (name) => args[args.indexOf(name) + 1];
const pidFile = (container) => `${FAKE_DOCKER_LOG}.${container}`;
const ANSWER = "require('node:net').createServer((one) => one.on('error', () => 0).once('data', () => one.write('.')))";

appendFileSync(FAKE_DOCKER_LOG, `${[command, ...args].join(' ')}\n`);
if (FAKE_DOCKER === 'away' || (FAKE_DOCKER === 'empty' && command === 'run')) process.exit(1);
if (command === 'run') {
  const port = after('--publish').split(':')[1];
  const script = `${ANSWER}.listen(${port}, '127.0.0.1')`;
  const container = spawn(process.execPath, ['-e', script], { detached: true, stdio: 'ignore' });
  writeFileSync(pidFile(after('--name')), `${container.pid}`);
  container.unref();
}
if (command === 'rm') process.kill(Number(readFileSync(pidFile(after('--force')), 'utf8')));
