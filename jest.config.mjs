import { fileURLToPath } from 'node:url';

/** One jest configuration for every project: ES modules, swc, workspace packages resolved to their sources. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@delta-hub/source', 'node', 'node-addons'] },
  watchman: false,
  // What hangs ends. Nothing is to fail because the machine is slow today, so no test is measured by it.
  testTimeout: 120_000,
  reporters: ['default', fileURLToPath(new URL('test/failed-run-ends.mjs', import.meta.url))],
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^fast-check$': fileURLToPath(new URL('test/seeded-fast-check.mjs', import.meta.url)),
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
