import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mentionsOf, root, sourceFiles } from './source-files.js';

const textOf = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const isSpec = (path: string): boolean => path.endsWith('.spec.ts');

/** Files that make an implementation of the port: a class that implements it, or a function that returns it. */
const adaptersOf = (folder: string, port: string): string[] => {
  const makes = new RegExp(String.raw`\bimplements\s+${port}\b|\):\s*(Promise<)?${port}>?\s*(=>|\{)`);
  return sourceFiles([folder]).filter(
    (path) => !isSpec(path) && !/\.contract\.ts$|\/testing\//.test(path) && makes.test(textOf(path)),
  );
};

const joins = (spec: string, adapter: string, suite: string): boolean => {
  const path = `./${relative(dirname(spec), adapter)}`.replace(/^\.\/\.\./, '..').replace(/\.ts$/, '.js');
  const calls = textOf(spec).match(new RegExp(String.raw`^${suite}\(`, 'gm')) ?? [];
  return calls.length === 1 && mentionsOf(spec).some(({ specifier }) => specifier === path);
};

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
    const specs = sourceFiles([folder]).filter(isSpec);
    expect(adapters.filter((adapter) => !specs.some((spec) => joins(spec, adapter, suite)))).toEqual([]);
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
