// `npm run demo`: the play on the embedded engines; with `--engines` on real ones (test/engines/demo.ts).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const args = process.argv.slice(2);
const onEngines = [
  ...['--no-warnings', '--experimental-transform-types', '--conditions=@delta-hub/source'],
  ...['--import', at('../test/engines/source-loader.mjs'), at('../test/engines/demo.ts')],
];

if (args.includes('--engines')) {
  const rest = args.filter((arg) => arg !== '--engines');
  const { status } = spawnSync(process.execPath, [...onEngines, ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  process.argv.splice(2, Infinity, 'demo', ...args);
  await import('../apps/hub/dist/main.js');
}
