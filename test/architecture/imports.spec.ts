import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { forbiddenImports, importTable, type Row, testFiles } from './import-table.js';
import { cyclesIn, mentionsOf, root, sourceFiles, targetOf } from './source-files.js';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, { readonly '@delta-hub/source': string }>>;
  readonly nx: { readonly tags: readonly string[] };
}

const projects = ['libs', 'apps'].flatMap((parent) =>
  readdirSync(`${root}/${parent}`).map((name) => `${parent}/${name}`),
);
const manifests = new Map(
  projects.map((folder) => [folder, JSON.parse(readFileSync(`${root}/${folder}/package.json`, 'utf8')) as Manifest]),
);
const manifestOf = (folder: string): Manifest => manifests.get(folder)!;
const rowOf = (folder: string): Row => importTable[folder]!;
const folderOf = (entryPoint: string): string =>
  projects.find((folder) => manifestOf(folder).name === `@delta-hub/${entryPoint.split('/')[0]}`)!;

/** Which layers a layer may build on (style.md section 5.3). */
const below: Readonly<Record<Row['layer'], readonly Row['layer'][]>> = {
  core: ['core'],
  contract: [],
  crypto: [],
  substrate: [],
  port: ['core', 'contract', 'substrate'],
  app: ['core', 'contract', 'crypto', 'substrate', 'port', 'app'],
};

describe('the import table', () => {
  it('has one row per project', () => {
    expect(Object.keys(importTable).toSorted()).toEqual(projects.toSorted());
  });

  it.each(projects)('%s: says what the Nx tags and the dependencies of package.json say', (folder) => {
    const row = rowOf(folder);
    const { nx, dependencies = {} } = manifestOf(folder);
    const adapters = Object.values(row.adapters ?? {});
    const workspace = new Set(row.workspace.map((name) => `@delta-hub/${name.split('/')[0]}`));
    const npm = row.npm === 'declared' ? undefined : [...row.npm, ...adapters.flatMap((adapter) => adapter.npm ?? [])];
    const declared = Object.keys(dependencies);

    expect(nx.tags.toSorted()).toEqual([`layer:${row.layer}`, `scope:${row.scope}`]);
    expect(declared.filter((name) => name.startsWith('@delta-hub/')).toSorted()).toEqual([...workspace].toSorted());
    if (npm !== undefined) expect(declared.filter((name) => !name.startsWith('@delta-hub/'))).toEqual(npm);
  });

  it.each(projects)('%s: builds only on lower layers, and not on another scope', (folder) => {
    const row = rowOf(folder);
    const bases = row.workspace.map((name) => rowOf(folderOf(name)));
    const scopes = new Set(row.scope === 'hub' ? ['any', 'handoff', 'ledger', 'gateway'] : ['any', row.scope]);

    expect(bases.filter(({ layer }) => !below[row.layer].includes(layer))).toEqual([]);
    expect(bases.filter(({ scope }) => !scopes.has(scope))).toEqual([]);
  });

  it('lets no core use a package or a module of Node', () => {
    const cores = Object.values(importTable).filter(({ layer }) => layer === 'core');
    expect(cores.map(({ npm, node }) => [...npm, ...node])).toEqual(cores.map(() => []));
  });
});

const isForTests = (path: string): boolean => testFiles.some((pattern) => matchesGlob(path, pattern));
const sources = sourceFiles(['libs', 'apps']);
const projectOf = (path: string): string => path.split('/').slice(0, 2).join('/');

describe('every mention of a module, lazy and type-only ones too', () => {
  it('is one that the table allows', () => {
    const forbidden = sources.flatMap((path) => {
      const folder = projectOf(path);
      const adapter = Object.keys(rowOf(folder).adapters ?? {}).find((name) =>
        path.startsWith(`${folder}/src/${name}/`),
      );
      const place = { ...(adapter === undefined ? {} : { adapter }), tests: isForTests(path) };
      const pattern = new RegExp(
        forbiddenImports(rowOf(folder), Object.keys(manifestOf(folder).dependencies ?? {}), place),
      );
      return mentionsOf(path)
        .filter(({ specifier }) => pattern.test(specifier))
        .map(({ specifier }) => `${path} -> ${specifier}`);
    });
    expect(forbidden).toEqual([]);
  });

  it('stays in its own project when it is relative, and exists', () => {
    const strays = sources.flatMap((path) =>
      mentionsOf(path)
        .map(({ specifier }) => targetOf(path, specifier))
        .filter((target) => target !== undefined)
        .filter((target) => !target.startsWith(`${projectOf(path)}/src/`) || !existsSync(`${root}/${target}`))
        .map((target) => `${path} -> ${target}`),
    );
    expect(strays).toEqual([]);
  });

  it('names an entry point that its package has', () => {
    const missing = Object.entries(importTable).flatMap(([folder, { workspace }]) =>
      workspace
        .filter((name) => manifestOf(folderOf(name)).exports[name.replace(/^[^/]+/, '.')] === undefined)
        .map((name) => `${folder} -> ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('import cycles among source files', () => {
  it('there are none, type-only imports counted too', () => {
    const edges = sources.map((path) => {
      const targets = mentionsOf(path).flatMap(({ specifier }) => targetOf(path, specifier) ?? []);
      return [path, targets] as const;
    });
    expect(cyclesIn(new Map(edges))).toEqual([]);
  });
});
