// Adds to package-lock.json the optional packages of foreign platforms that a registry did not offer,
// so that `npm ci` accepts the lock everywhere. They are never fetched where the platform does not match.
// `--check` changes nothing and fails when an entry is missing or the lock names a registry host.
import { readFileSync, writeFileSync } from 'node:fs';

const check = process.argv.includes('--check');
const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));

const OS = ['darwin', 'win32', 'linux', 'freebsd', 'openbsd', 'netbsd', 'android', 'sunos', 'aix', 'openharmony'];
const CPU = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];

/** What a platform package's name says of the platform it is for. */
const platformOf = (name) => {
  const words = name.split(/[/-]/);
  const os = OS.find((o) => words.includes(o)) ?? (words.includes('win') ? 'win32' : undefined);
  const cpu = CPU.find((c) =>
    words.some((w) => w === c || (c === 'arm' && /^armv?\d/.test(w)) || (c === 'arm' && w === 'gnueabihf')),
  );
  const libc = words.some((w) => w.startsWith('musl'))
    ? ['musl']
    : words.some((w) => w.startsWith('gnu'))
      ? ['glibc']
      : undefined;
  return { ...(os ? { os: [os] } : {}), ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc } : {}) };
};

const missing = [];
for (const [where, entry] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${where}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (lock.packages[nested] ?? lock.packages[hoisted]) continue;
    missing.push(name);
    lock.packages[hoisted] = { version: version.replace(/^[\^~]/, ''), ...platformOf(name), optional: true };
  }
const hosts = Object.values(lock.packages).filter((entry) => /^https?:/.test(entry.resolved ?? ''));

if (check) {
  if (missing.length > 0 || hosts.length > 0) {
    console.error(
      `package-lock.json: ${missing.length} optional packages missing, ${hosts.length} registry hosts. Run: node tools/complete-lock.mjs`,
    );
    process.exit(1);
  }
} else {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${missing.length} optional packages`);
}
