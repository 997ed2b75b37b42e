// Prints the first of N consecutive ports that are free on the loopback interface: node free-ports.mjs N
import { createServer } from 'node:net';

const count = Number(process.argv[2]);

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const areFree = async (first) => {
  for (let port = first; port < first + count; port += 1) if (!(await isFree(port))) return false;
  return true;
};

for (let tries = 0; tries < 100; tries += 1) {
  const first = 20_000 + Math.floor(Math.random() * 10_000);
  if (await areFree(first)) {
    console.log(first);
    process.exit(0);
  }
}
console.error(`no ${count} free ports in a row`);
process.exit(1);
