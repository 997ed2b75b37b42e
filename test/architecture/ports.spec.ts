import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mentionsOf, root, sourceFiles, targetOf } from './source-files.js';

const textOf = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const isSpec = (path: string): boolean => path.endsWith('.spec.ts');

/** Files that make an implementation of the port: a class that implements it, or a function that returns it. */
const adaptersOf = (folder: string, port: string): string[] => {
  const makes = new RegExp(String.raw`\bimplements\s+${port}\b|\):\s*(Promise<)?${port}>?\s*(=>|\{)`);
  return sourceFiles([folder]).filter(
    (path) => !isSpec(path) && !/\.contract\.ts$|\/testing\//.test(path) && makes.test(textOf(path)),
  );
};

/** The files a file loads, itself and through others, within its project. */
const reach = (path: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { specifier } of mentionsOf(path)) {
    const target = targetOf(path, specifier);
    if (target !== undefined && existsSync(`${root}/${target}`)) reach(target, seen);
  }
  return seen;
};

/** Whether a package's entry point, mentioned by its name, is that file. */
const isEntryPoint = (specifier: string, adapter: string): boolean => {
  const [scope, name, ...path] = specifier.split('/');
  if (scope !== '@delta-hub' || !adapter.startsWith(`libs/${name}/`)) return false;
  const { exports } = JSON.parse(textOf(`libs/${name}/package.json`)) as {
    readonly exports: Readonly<Record<string, { readonly '@delta-hub/source': string }>>;
  };
  const source = exports[['.', ...path].join('/')]?.['@delta-hub/source'] ?? '';
  return `libs/${name}/${source.replace('./', '')}` === adapter;
};

/** Where the spec of an adapter is: beside it, or with the engine it needs. */
const specsOf = (adapter: string): string[] => {
  const name = basename(adapter).replace(/\.ts$/, '.spec.ts');
  return [`${dirname(adapter)}/${name}`, ...sourceFiles(['test/engines']).filter((path) => basename(path) === name)];
};

/** An adapter joins in the spec of its own name: one line that calls the suite, and nothing that chooses among its cases. */
const joins = (adapter: string, suite: string): boolean =>
  specsOf(adapter)
    .filter((spec) => existsSync(`${root}/${spec}`))
    .some((spec) => {
      const calls = textOf(spec).match(new RegExp(String.raw`^${suite}\(`, 'gm')) ?? [];
      const isThere = reach(spec).has(adapter) || mentionsOf(spec).some((one) => isEntryPoint(one.specifier, adapter));
      return calls.length === 1 && isThere;
    });

describe.each([
  ['libs/event-store/src', 'EventStore', 'describeEventStoreContract'],
  ['libs/broker/src', 'Broker', 'describeBrokerContract'],
])('%s', (folder, port, suite) => {
  const adapters = adaptersOf(folder, port);

  it('has an adapter in memory and one on SQLite at least', () => {
    const names = adapters.map((path) => basename(path));
    expect(names.some((name) => name.includes('memory'))).toBe(true);
    expect(names.some((name) => name.includes('sqlite'))).toBe(true);
  });

  it('every adapter joins the whole contract suite, in one line of its spec', () => {
    expect(adapters.filter((adapter) => !joins(adapter, suite))).toEqual([]);
  });
});

describe('commands', () => {
  it('have one handler: GraphQL, partners and deadlines take the same path', () => {
    expect(existsSync(`${root}/apps/handoff/src`)).toBe(true);
    const handlers = sourceFiles(['apps']).flatMap((path) => {
      const found = textOf(path).match(/@CommandHandler\(/g) ?? [];
      return found.map(() => path);
    });
    expect(handlers.length).toBeLessThanOrEqual(1);
    const sends = sourceFiles(['apps']).some((path) => /\bCommandBus\b/.test(textOf(path)));
    if (sends) expect(handlers.map(dirname)).toEqual(['apps/handoff/src']);
  });
});
