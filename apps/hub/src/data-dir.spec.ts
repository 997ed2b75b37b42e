import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from './config.js';
import { initialise, nodePaths, openNode, paths } from './data-dir.js';
import { readPrivateKey } from './keys-files.js';
import { lockDirectory } from './lock.js';

const NOW = '2025-03-10T01:30:00.000Z';
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-data-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const codeOf = (act: () => unknown): unknown => {
  try {
    return act() && 'no error';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('a data directory', () => {
  it('holds four nodes that trust each other, and keys that only the owner reads', () => {
    initialise(dir, NOW);
    const nodes = (['31', '32', '33', '34'] as const).map((node) => openNode(paths(dir).node(node), node));
    expect(nodes.map(({ trust }) => trust)).toEqual(nodes.map(() => nodes[0]?.trust));
    expect(nodes[0]?.trust.nodes.map(({ node }) => node)).toEqual(['31', '32', '33', '34']);
    expect(statSync(nodePaths(paths(dir).node('32')).eventKey).mode & 0o777).toBe(0o600);
  });

  it('is left as it is when it exists', () => {
    initialise(dir, NOW);
    const key = readFileSync(nodePaths(paths(dir).node('31')).eventKey, 'utf8');
    initialise(dir, NOW);
    expect(readFileSync(nodePaths(paths(dir).node('31')).eventKey, 'utf8')).toBe(key);
  });

  it('from before the nodes witnessed each other, or sealed records, gets the keys it lacks, once', () => {
    initialise(dir, NOW);
    const nodes = (['31', '32', '33', '34'] as const).map((node) => nodePaths(paths(dir).node(node)));
    const trust = JSON.parse(readFileSync(nodes[0]!.trust, 'utf8')) as {
      nodes: { witnessKeys?: unknown; encryptionKeys?: unknown }[];
    };
    for (const node of trust.nodes) {
      delete node.witnessKeys;
      delete node.encryptionKeys;
    }
    for (const { witnessKey, encryptionKey, trust: file } of nodes) {
      unlinkSync(witnessKey);
      unlinkSync(encryptionKey);
      writeFileSync(file, JSON.stringify(trust));
    }
    writeFileSync(paths(dir).hub, JSON.stringify({ format: 1, createdAt: NOW }));
    initialise(dir, NOW);
    const own = openNode(paths(dir).node('33'), '33');
    expect(own.trust.nodes.map(({ witnessKeys }) => witnessKeys.map(({ name }) => name))).toEqual(
      ['31', '32', '33', '34'].map((node) => [`delta-hub.cn/witness/${node}`]),
    );
    expect(own.trust.nodes.map(({ encryptionKeys }) => encryptionKeys.map(({ kid }) => kid))).toEqual(
      ['31', '32', '33', '34'].map((node) => [`${node}/enc/1`]),
    );
    expect(JSON.parse(readFileSync(paths(dir).hub, 'utf8'))).toEqual({ format: 3, createdAt: NOW });
    initialise(dir, NOW);
    expect(openNode(paths(dir).node('33'), '33')).toEqual(own);
  });

  it('of another format is refused', () => {
    writeFileSync(paths(dir).hub, '{"format":4}');
    expect(codeOf(() => initialise(dir, NOW))).toBe('DATA_DIR_INVALID');
  });

  it.each([
    ['before any of its nodes was whole', ['nodes', 'issuer', 'hub.json']],
    ['before it was declared made', ['nodes', 'hub.json']],
  ])('whose making was cut off %s is made again', (_when, missing) => {
    initialise(dir, NOW);
    mkdirSync(join(dir, 'nodes.new', '31', 'keys'), { recursive: true });
    for (const name of missing) rmSync(join(dir, name), { recursive: true });
    initialise(dir, NOW);
    expect(readdirSync(dir).sort()).toEqual(['hub.json', 'issuer', 'nodes']);
    expect(openNode(paths(dir).node('34'), '34').trust.nodes).toHaveLength(4);
  });

  it('whose making was cut off at its last move is completed with the keys it has', () => {
    initialise(dir, NOW);
    const eventKey = readPrivateKey(paths(dir).node('31'), '31/1');
    renameSync(join(dir, 'nodes'), join(dir, 'nodes.new'));
    initialise(dir, NOW);
    expect(readPrivateKey(paths(dir).node('31'), '31/1')).toEqual(eventKey);
  });

  it('that holds nodes but is not declared made is refused', () => {
    mkdirSync(join(dir, 'nodes'));
    expect(codeOf(() => initialise(dir, NOW))).toBe('DATA_DIR_INVALID');
  });

  it('of another node is refused', () => {
    initialise(dir, NOW);
    expect(codeOf(() => openNode(paths(dir).node('31'), '32'))).toBe('DATA_DIR_OF_ANOTHER_NODE');
  });

  it('without the key it asks for is refused', () => {
    initialise(dir, NOW);
    const node = paths(dir).node('31');
    unlinkSync(nodePaths(node).eventKey);
    unlinkSync(nodePaths(node).witnessKey);
    expect(codeOf(() => readPrivateKey(node, '31/1'))).toBe('KEY_MISSING');
    expect(codeOf(() => openNode(node, '31'))).toBe('KEY_MISSING');
  });

  it('is one process’s at a time', () => {
    const lock = lockDirectory(paths(dir).lock, 0);
    expect(codeOf(() => lockDirectory(paths(dir).lock, 0))).toBe('DATA_DIR_IN_USE');
    lock.release();
    lockDirectory(paths(dir).lock, 0).release();
  });
});

describe('the configuration', () => {
  it('names the variable that is wrong', () => {
    expect(() => loadConfig({ DELTA_HUB_ENV: 'staging' })).toThrow(/^DELTA_HUB_ENV/);
    expect(codeOf(() => loadConfig({ DELTA_HUB_STORE_MAX_BYTES: '12' }))).toBe('CONFIG_INVALID');
  });

  it('refuses the development issuer in production', () => {
    expect(codeOf(() => loadConfig({ DELTA_HUB_ENV: 'production' }))).toBe('DEV_ISSUER_IN_PRODUCTION');
    const own = { DELTA_HUB_ISSUER: 'https://issuer.example', DELTA_HUB_ISSUER_JWKS_FILE: 'jwks.json' };
    expect(loadConfig({ DELTA_HUB_ENV: 'production', ...own }).DELTA_HUB_ENV).toBe('production');
  });
});
