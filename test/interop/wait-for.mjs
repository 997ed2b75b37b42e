// Waits until every address answers 200, or with --any whatever, at most ten minutes, while the process lives:
// node wait-for.mjs PID [--any] URL...
import { setTimeout as pause } from 'node:timers/promises';

const [pid, ...rest] = process.argv.slice(2);
const isAnyEnough = rest[0] === '--any';
const addresses = rest.slice(isAnyEnough ? 1 : 0);
const until = performance.now() + 600_000;

const answers = async (address) => {
  try {
    const { ok } = await fetch(address, { signal: AbortSignal.timeout(5_000) });
    return ok || isAnyEnough;
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

for (;;) {
  const isReady = (await Promise.all(addresses.map(answers))).every(Boolean);
  // Whoever answers may be another one, on a port that the process did not get.
  if (!lives() || performance.now() > until) {
    console.error(`not ready: ${addresses.join(', ')}`);
    process.exit(1);
  }
  if (isReady) break;
  await pause(200);
}
