import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The folder of the repository, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const skipped = new Set(['node_modules', 'dist', '.git', '.nx', '.venv', 'coverage', 'data', 'fixtures']);

/** Every file below the folders, as paths relative to `base`, without what is installed, built or a fixture. */
export const filesBelow = (folders: readonly string[], base = root): string[] =>
  folders.flatMap((folder) =>
    readdirSync(`${base}/${folder}`).flatMap((name) => {
      const path = folder === '.' ? name : `${folder}/${name}`;
      if (skipped.has(name)) return [];
      return statSync(`${base}/${path}`).isDirectory() ? filesBelow([path], base) : [path];
    }),
  );

/** AssemblyScript: its own language, for its own compiler. */
const isAssembly = (path: string): boolean => path.includes('/assembly/');

/** The TypeScript files below the folders. */
export const sourceFiles = (folders: readonly string[], base = root): string[] =>
  filesBelow(folders, base).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isAssembly(path));

/** One mention of another module, be it for its types alone. */
export interface Mention {
  readonly specifier: string;
}

const literal = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;

const mentionOf = (node: ts.Node): Mention | undefined => {
  const mention = (target: ts.Node | undefined): Mention | undefined => {
    const specifier = literal(target);
    return specifier === undefined ? undefined : { specifier };
  };
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return mention(node.moduleSpecifier);
  if (ts.isExternalModuleReference(node)) return mention(node.expression);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return mention(node.argument.literal);
  const loads = ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText());
  return loads ? mention(node.arguments[0]) : undefined;
};

/** Every module a file mentions: imports, re-exports, `import()`, `require()` and import types. */
export const mentionsOf = (path: string, text = readFileSync(`${root}/${path}`, 'utf8')): Mention[] => {
  const mentions: Mention[] = [];
  const visit = (node: ts.Node): void => {
    const mention = mentionOf(node);
    if (mention !== undefined) mentions.push(mention);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return mentions;
};

/** The file a relative mention means; undefined for packages. */
export const targetOf = (path: string, specifier: string): string | undefined => {
  if (!specifier.startsWith('.')) return undefined;
  return relative(root, join(root, path, '..', specifier)).replace(/\.js$/, '.ts');
};

/** Every cycle of a graph that a walk along its edges meets, as the trail that closes it. */
export const cyclesIn = (edges: ReadonlyMap<string, readonly string[]>): string[][] => {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]): void => {
    if (trail.includes(node)) cycles.push([...trail.slice(trail.indexOf(node)), node]);
    if (done.has(node) || trail.includes(node)) return;
    for (const target of edges.get(node) ?? []) walk(target, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) walk(node, []);
  return cycles;
};
