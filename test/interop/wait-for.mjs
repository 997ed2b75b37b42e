// Waits until every address answers 200, at most two minutes, while the process lives: node wait-for.mjs PID URL...
import { setTimeout as pause } from 'node:timers/promises';

const [pid, ...addresses] = process.argv.slice(2);
const until = performance.now() + 120_000;

const answers = async (address) => {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
};

const lives = () => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

while (!(await Promise.all(addresses.map(answers))).every(Boolean)) {
  if (!lives() || performance.now() > until) {
    console.error(`not ready: ${addresses.join(', ')}`);
    process.exit(1);
  }
  await pause(200);
}
