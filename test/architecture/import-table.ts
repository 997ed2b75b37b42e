/**
 * Who may import whom: the one table behind the lint rules (`eslint.config.mjs`) and the tests of this folder.
 *
 * A source file may import relative files of its own project and what its row lists, nothing else:
 * - `workspace`: entry points of other packages of this repository, without the prefix `@delta-hub/`
 * - `npm`: packages; 'declared' means the `dependencies` of the project's own package.json
 * - `node`: modules of Node without the prefix `node:`; 'any' means all of them
 * - `adapters`: folders below `src` that may import more than the rest of the project
 * Specs and test kits may import more: see `forTests`.
 */
export interface Row {
  readonly layer: 'core' | 'contract' | 'crypto' | 'substrate' | 'port' | 'app';
  readonly scope: 'any' | 'handoff' | 'ledger' | 'gateway' | 'hub';
  readonly workspace: readonly string[];
  readonly npm: readonly string[] | 'declared';
  readonly node: readonly string[] | 'any';
  readonly adapters?: Readonly<Record<string, { readonly npm?: readonly string[]; readonly node?: readonly string[] }>>;
}

const core = { layer: 'core', npm: [], node: [] } as const;
const port = { layer: 'port', scope: 'any', npm: [] } as const;
const app = { layer: 'app', npm: 'declared', node: 'any' } as const;

// The table is read by its columns.
// prettier-ignore
export const importTable: Readonly<Record<string, Row>> = {
  'libs/decider':     { ...core, scope: 'any',     workspace: [] },
  'libs/handoff':     { ...core, scope: 'handoff', workspace: ['decider'] },
  'libs/ledger':      { ...core, scope: 'ledger',  workspace: [] },
  'libs/contracts':   { layer: 'contract', scope: 'any', workspace: [], npm: [],       node: [] },
  'libs/crypto':      { layer: 'crypto',   scope: 'any', workspace: [], npm: ['jose', 'sodium-native'], node: ['crypto'] },
  'libs/local-log':   { layer: 'substrate', scope: 'any', workspace: [], npm: [], node: [],
                        adapters: { sqlite: { node: ['sqlite', 'fs', 'path', 'timers'] } } },
  'libs/event-store': { ...port, workspace: ['local-log', 'local-log/sqlite'], node: [],
                        adapters: { sqlite: { node: ['sqlite'] },
                                    kurrent: { npm: ['@kurrent/kurrentdb-client'], node: ['sqlite', 'timers/promises'] } } },
  'libs/broker':      { ...port, workspace: ['local-log', 'local-log/sqlite'], node: ['zlib'],
                        adapters: { sqlite: { node: ['sqlite'] },
                                    'kafka/platformatic': { npm: ['@platformatic/kafka'] },
                                    'kafka/kafkajs': { npm: ['kafkajs'] } } },
  'apps/handoff':     { ...app, scope: 'handoff',
                        workspace: ['decider', 'contracts', 'crypto', 'crypto/sealed-message', 'crypto/tokens',
                                    'handoff', 'event-store', 'broker'] },
  'apps/ledger':      { ...app, scope: 'ledger',
                        workspace: ['contracts', 'crypto', 'crypto/tokens', 'ledger', 'event-store', 'event-store/sqlite'] },
  'apps/gateway':     { ...app, scope: 'gateway',
                        workspace: ['contracts', 'crypto', 'crypto/tokens'] },
  'apps/hub':         { ...app, scope: 'hub',
                        workspace: ['contracts', 'crypto', 'crypto/sealed-message', 'crypto/tokens',
                                    'event-store', 'event-store/sqlite', 'event-store/kurrent',
                                    'event-store/kurrent-hardening', 'broker', 'broker/sqlite',
                                    'broker/kafkajs', 'broker/platformatic', 'broker/kafka-topics',
                                    'handoff-app', 'handoff-app/service', 'ledger-app', 'ledger-app/service', 'gateway-app'] },
};

/**
 * What specs and test kits may import beyond their project's row: these packages, every module of Node,
 * and the test kit (`/testing`) of each package in the row.
 */
export const forTests = {
  npm: ['@jest/globals', 'fast-check', 'ajv', 'graphql', '@theguild/federation-composition'],
} as const;

/** Files that are specs or test kits: they never reach a running node. */
export const testFiles = ['**/*.spec.ts', '**/*.contract.ts', '**/testing/**/*.ts'] as const;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A package, with its own entry points below it: `jose`, `ajv/dist/2020.js`. */
const npmPattern = (name: string): string => `${escaped(name)}(\\/.*)?`;

/**
 * The regular expression of everything a project's file must NOT import: all that is neither relative nor listed.
 * `dependencies` are those of the project's package.json.
 */
export const forbiddenImports = (
  row: Row,
  dependencies: readonly string[],
  place: { readonly adapter?: string; readonly tests?: boolean } = {},
): string => {
  const extra = place.adapter === undefined ? undefined : row.adapters?.[place.adapter];
  const declared = dependencies.filter((name) => !name.startsWith('@delta-hub/'));
  const npm = [
    ...(row.npm === 'declared' ? declared : row.npm),
    ...(extra?.npm ?? []),
    ...(place.tests ? forTests.npm : []),
  ];
  const workspace = row.workspace.flatMap((name) => (place.tests ? [name, `${name}/testing`] : [name]));
  const node = row.node === 'any' || place.tests ? ['.*'] : [...row.node, ...(extra?.node ?? [])];
  const allowed = [
    String.raw`\.{1,2}\/.*`,
    ...workspace.map((name) => escaped(`@delta-hub/${name}`)),
    ...npm.map(npmPattern),
    ...node.map((name) => String.raw`node:${name}(\/.*)?`),
  ];
  return `^(?!(${allowed.join('|')})$)`;
};
