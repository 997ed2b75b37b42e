// For tools that write vectors: what is in a directory, and whether a run is to write it or to compare it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** True for `--check`; false without an argument; anything else ends the program with 2. */
export const isCheck = (name) => {
  const [argument, ...more] = process.argv.slice(2);
  if (more.length === 0 && (argument === undefined || argument === '--check')) return argument === '--check';
  console.error(`USAGE: node tools/${name}.mjs [--check]`);
  process.exit(2);
};

/** Every file below a directory, by its name there. */
export const filesIn = (directory) =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(directory.length + 1), readFileSync(path)]),
  );

/** Names every file that is not the same in both, and fails the run when there is one. */
export const compare = (tool, written, kept) => {
  const others = [...new Set([...written.keys(), ...kept.keys()])].filter((name) => {
    const [one, other] = [written.get(name), kept.get(name)];
    return one === undefined || other === undefined || !one.equals(other);
  });
  for (const name of others) console.error(`${tool}: ${name} is not what would be written today`);
  process.exitCode = others.length === 0 ? 0 : 1;
};
