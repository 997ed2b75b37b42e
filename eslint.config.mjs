// One lint run for the whole repository. Who may import whom is in test/architecture/import-table.ts;
// test/architecture/fixtures holds a bad file for every rule of ours, so that a broken rule is noticed.
import { readdirSync, readFileSync } from 'node:fs';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { forbiddenImports, importTable, testFiles } from './test/architecture/import-table.ts';

const here = (path) => new URL(path, import.meta.url);
const jsonOf = (path) => JSON.parse(readFileSync(here(path), 'utf8'));

/** Names of NestJS that hide a dependency or take a bus in memory for a log (design.md section 2). */
const bannedNames = [
  {
    name: '@nestjs/cqrs',
    importNames: ['EventBus', 'AggregateRoot', 'EventPublisher', 'Saga', 'EventsHandler', 'UnhandledExceptionBus'],
    message: 'A bus in memory is not a log: append to the event store and subscribe to it.',
  },
  {
    name: '@nestjs/common',
    importNames: ['forwardRef', 'Global', 'Optional'],
    message: 'Dependencies are plain: constructors and one composition root.',
  },
  { name: '@nestjs/core', importNames: ['ModuleRef', 'LazyModuleLoader'], message: 'Ask for it in the constructor.' },
  { name: 'node:process', importNames: ['env'], message: 'The environment is read once, in config.ts.' },
];

const environment = {
  object: 'process',
  property: 'env',
  message: 'The environment is read once, in config.ts, into a typed value.',
};

const everywhere = [
  { selector: 'ExportAllDeclaration', message: 'Name what you export.' },
  { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];

const inLibraries = [
  { selector: 'ImportExpression', message: 'Libraries import at the top, where the table sees it.' },
];

const inCores = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time arrives in the command.',
  },
  { selector: "CallExpression[callee.name='Date']", message: 'Time arrives in the command.' },
  { selector: 'Decorator', message: 'No decorators in the decision core.' },
];

const inApps = [
  {
    selector: "MethodDefinition[kind='constructor'] > FunctionExpression[params.length>4]",
    message: 'More than four dependencies: this class does too much.',
  },
  { selector: "Decorator > CallExpression[callee.name='Inject'] > Literal", message: 'Inject a class, not a string.' },
];

const inSpecs = [
  {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo|failing)$/]',
    message: 'No skipped and no favoured tests.',
  },
  { selector: 'Identifier[name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]', message: 'No skipped tests.' },
];

const impureGlobals = [
  ...['process', 'console', 'fetch', 'crypto', 'performance', 'Intl', 'globalThis', 'Buffer', 'require'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'structuredClone'],
].map((name) => ({ name, message: 'The decision core is pure: what it needs comes in.' }));

const impureProperties = [
  { object: 'Date', property: 'now', message: 'Time arrives in the command.' },
  { object: 'Math', property: 'random', message: 'Ids and chance arrive in the command.' },
];

const importsOf = (row, dependencies, place) => [
  'error',
  {
    paths: bannedNames,
    patterns: [
      {
        regex: forbiddenImports(row, dependencies, place),
        caseSensitive: true,
        message: 'Not in the row of test/architecture/import-table.ts.',
      },
      {
        regex: String.raw`^(\.\.\/)+(.+\/)?(src|dist|libs|apps|test)\/`,
        message: 'Import another package by its name.',
      },
    ],
  },
];

/** The rules of one project: its sources, its adapters, its specs and test kits. Later blocks replace earlier ones. */
const blocksOf = ([folder, row]) => {
  const dependencies = Object.keys(jsonOf(`${folder}/package.json`).dependencies ?? {});
  const isCore = row.layer === 'core';
  const sources = isCore ? inCores : row.layer === 'app' ? inApps : [];
  const libraries = row.layer === 'app' ? [] : inLibraries;
  return [
    {
      files: [`${folder}/src/**/*.ts`],
      rules: {
        'no-restricted-imports': importsOf(row, dependencies, {}),
        'no-restricted-syntax': ['error', ...everywhere, ...libraries, ...sources],
        'no-restricted-properties': ['error', environment, ...(isCore ? impureProperties : [])],
        'no-restricted-globals': ['error', ...(isCore ? impureGlobals : [])],
        'max-lines-per-function': ['error', { max: 80, skipComments: true, skipBlankLines: true }],
      },
    },
    ...Object.keys(row.adapters ?? {}).map((adapter) => ({
      files: [`${folder}/src/${adapter}/**/*.ts`],
      rules: { 'no-restricted-imports': importsOf(row, dependencies, { adapter }) },
    })),
    {
      files: testFiles.map((pattern) => `${folder}/src/${pattern}`),
      rules: {
        'no-restricted-imports': importsOf(row, dependencies, { tests: true }),
        'no-restricted-syntax': ['error', ...everywhere, ...inSpecs],
        'no-restricted-properties': ['error', environment],
        'no-restricted-globals': 'off',
        'max-lines-per-function': 'off',
      },
    },
  ];
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/generated/**',
      // AssemblyScript: its own compiler checks it.
      'libs/crypto/assembly/**',
      'apps/ledger/verifier/**',
      '**/coverage/**',
      '.nx/**',
      '.engines/**',
      'data/**',
      'test/architecture/fixtures/**',
      'test/**/.venv/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-warning-comments': 'error',
      'prefer-const': 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.spec.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An adapter without I/O answers a port's promise without waiting for anything.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': ['error', ...everywhere],
    },
  },
  { files: [...testFiles], rules: { '@typescript-eslint/unbound-method': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['Buffer', 'URL', 'console', 'fetch', 'performance', 'process', 'setTimeout', 'clearTimeout', 'setInterval']
          .concat(['clearInterval', 'structuredClone', 'TextEncoder', 'TextDecoder', 'AbortSignal', 'AbortController'])
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  ...Object.entries(importTable).flatMap(blocksOf),
  { files: ['apps/*/src/config.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...everywhere, ...inSpecs] } },
);

/** Fails at once when a project has no row: without one, nothing would be restricted there. */
for (const parent of ['libs', 'apps'])
  for (const name of readdirSync(here(`./${parent}`)))
    if (importTable[`${parent}/${name}`] === undefined)
      throw new Error(`test/architecture/import-table.ts has no row for ${parent}/${name}`);
