import {
  encryptionKeyOf,
  generateKeyPair,
  type PrivateEncryptionJwk,
  parseTrustList,
  type PrivateJwk,
  type TrustList,
  trustedNode,
  witnessKeyOf,
} from '@delta-hub/crypto';
import { generateEncryptionPair, publicHalf } from '@delta-hub/crypto/sealed-message';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubFault } from './faults.js';
import { NODES, type NodeId } from './nodes.js';

/** Format 1 had no witness keys and format 2 no encryption keys; such a directory gets them when it is opened. */
const FORMAT = 3;
const OLDER: readonly unknown[] = [1, 2];
const VALID_FROM = '2020-07-01T00:00:00.000Z';

/** The places in a data directory. One machine may hold several nodes below `nodes/`. */
export const paths = (dir: string) => ({
  hub: join(dir, 'hub.json'),
  lock: join(dir, 'hub.lock'),
  broker: join(dir, 'broker.db'),
  clock: join(dir, 'clock.json'),
  play: join(dir, 'play.json'),
  issuer: join(dir, 'issuer', 'issuer.json'),
  node: (node: NodeId) => join(dir, 'nodes', node),
});

/** The places in one node's directory. */
export const nodePaths = (dir: string) => ({
  identity: join(dir, 'node.json'),
  lock: join(dir, 'node.lock'),
  trust: join(dir, 'trust.json'),
  /** What the other parties need to know of this node. */
  publicFile: join(dir, 'public.json'),
  eventKey: join(dir, 'keys', 'event-1.json'),
  ledgerKey: join(dir, 'keys', 'ledger-1.json'),
  witnessKey: join(dir, 'keys', 'witness-1.json'),
  encryptionKey: join(dir, 'keys', 'encryption-1.json'),
  events: join(dir, 'events.db'),
  /** Where the server of the event store has which event; made again where there is none. */
  eventIndex: join(dir, 'event-index.db'),
  positions: join(dir, 'positions.db'),
  readModels: join(dir, 'read.db'),
});

/** Writes a whole file or leaves the old one. */
export const writeJson = (file: string, value: unknown, mode = 0o644): void => {
  mkdirSync(join(file, '..'), { recursive: true });
  // Of this process: two that write the same file leave what one of them wrote, and no mixture.
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode });
  renameSync(fresh, file);
};

export const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    // The parser's own text would show what is in the file, which may be a key.
    const why = error instanceof SyntaxError ? 'not JSON' : (error as { code?: string }).code;
    throw new HubFault('DATA_DIR_INVALID', `cannot read ${file}: ${why ?? 'no file'}`, { cause: error });
  }
};

/**
 * Makes a data directory for the four nodes on one machine, with fresh keys; leaves an existing one as it is.
 * The nodes are made aside and moved into place at the end: cut off at any point, the next start makes them or moves them.
 */
export const initialise = (dir: string, now: string): void => {
  const at = paths(dir);
  const aside = join(dir, 'nodes.new');
  const nodes = join(dir, 'nodes');
  if (existsSync(at.hub)) {
    const hub = readJson(at.hub) as { format?: unknown };
    if (hub.format !== FORMAT && !OLDER.includes(hub.format))
      throw new HubFault(
        'DATA_DIR_INVALID',
        `${at.hub}: format ${String(hub.format)} is not known, expected ${FORMAT}`,
      );
    if (!existsSync(nodes) && existsSync(aside)) renameSync(aside, nodes);
    const absent = NODES.find(({ id }) => !existsSync(at.node(id)));
    if (absent !== undefined)
      throw new HubFault(
        'DATA_DIR_INVALID',
        `${dir} does not hold the four nodes of a trial: ${absent.id} is not there`,
      );
    if (OLDER.includes(hub.format)) {
      addMissingKeys(NODES.map(({ id }) => at.node(id)));
      writeJson(at.hub, { ...hub, format: FORMAT });
    }
    return;
  }
  if (existsSync(nodes))
    throw new HubFault('DATA_DIR_INVALID', `${dir} holds nodes but no hub.json: not a data directory`);
  rmSync(aside, { recursive: true, force: true });
  const trust = { nodes: NODES.map(({ id }) => makeNode(join(aside, id), id)) };
  for (const { id } of NODES) writeJson(nodePaths(join(aside, id)).trust, trust);
  writeJson(at.issuer, generateKeyPair().privateJwk, 0o600);
  writeJson(at.hub, { format: FORMAT, createdAt: now });
  renameSync(aside, nodes);
};

/** Makes the directory of one node alone, with fresh keys, and its `public.json`; leaves an existing one as it is. */
export const makeLoneNode = (dir: string, node: NodeId, now: string): void => {
  const at = paths(dir);
  const home = at.node(node);
  if (!existsSync(home)) {
    const aside = join(dir, `node-${node}.new`);
    rmSync(aside, { recursive: true, force: true });
    writeJson(nodePaths(aside).publicFile, makeNode(aside, node));
    mkdirSync(join(home, '..'), { recursive: true });
    renameSync(aside, home);
  }
  if (!existsSync(at.issuer)) writeJson(at.issuer, generateKeyPair().privateJwk, 0o600);
  if (!existsSync(at.hub)) writeJson(at.hub, { format: FORMAT, createdAt: now });
};

/** Keys and identity of one node; what its peers are to trust comes back. Valid from the first day of the present law. */
const makeNode = (dir: string, node: NodeId): unknown => {
  const files = nodePaths(dir);
  const event = generateKeyPair();
  const ledger = generateKeyPair();
  const witness = generateKeyPair();
  const encryption = generateEncryptionPair();
  writeJson(files.eventKey, event.privateJwk, 0o600);
  writeJson(files.ledgerKey, ledger.privateJwk, 0o600);
  writeJson(files.witnessKey, witness.privateJwk, 0o600);
  writeJson(files.encryptionKey, encryption, 0o600);
  writeJson(files.identity, { format: FORMAT, node });
  return trustedNode(node, event.publicJwk, ledger.publicJwk, VALID_FROM, witness.publicJwk, publicHalf(encryption));
};

/** Gives every node the keys it lacks and all of them trust in them; cut off at any point, the next start does the rest. */
const addMissingKeys = (dirs: readonly string[]): void => {
  const keys = new Map(dirs.map(keysOf));
  for (const dir of dirs) {
    const { trust } = nodePaths(dir);
    const { nodes } = parseTrustList(readJson(trust));
    writeJson(trust, { nodes: nodes.map((trusted) => ({ ...trusted, ...keys.get(trusted.node) })) });
  }
};

const keysOf = (dir: string) => {
  const { identity, witnessKey, encryptionKey } = nodePaths(dir);
  const { node } = readJson(identity) as { node: string };
  if (!existsSync(witnessKey)) writeJson(witnessKey, generateKeyPair().privateJwk, 0o600);
  if (!existsSync(encryptionKey)) writeJson(encryptionKey, generateEncryptionPair(), 0o600);
  const { kty, crv, x } = readKey(witnessKey);
  const encryption = publicHalf(readKey(encryptionKey) as unknown as PrivateEncryptionJwk);
  const added = {
    witnessKeys: [witnessKeyOf(node, { kty, crv, x }, VALID_FROM)],
    encryptionKeys: [encryptionKeyOf(node, encryption, VALID_FROM)],
  };
  return [node, added] as const;
};

/** What a node needs from its directory whichever keys it signs with by now, each checked to be this node's. */
export interface NodeFiles {
  readonly dir: string;
  readonly node: NodeId;
  readonly witnessKey: PrivateJwk;
  readonly encryptionKey: PrivateEncryptionJwk;
  readonly trust: TrustList;
}

/**
 * Opens one node's directory.
 * @throws HubFault `DATA_DIR_OF_ANOTHER_NODE`, `KEY_MISSING`, `DATA_DIR_INVALID`
 */
export const openNode = (dir: string, node: NodeId): NodeFiles => {
  const files = nodePaths(dir);
  const identity = readJson(files.identity) as { node?: unknown };
  if (identity.node !== node)
    throw new HubFault(
      'DATA_DIR_OF_ANOTHER_NODE',
      `${dir} is the directory of node ${String(identity.node)}, not of node ${node}`,
    );
  return {
    dir,
    node,
    witnessKey: readKey(files.witnessKey),
    encryptionKey: readKey(files.encryptionKey) as unknown as PrivateEncryptionJwk,
    trust: parseTrustList(readJson(files.trust)),
  };
};

const readKey = (file: string): PrivateJwk => {
  if (!existsSync(file)) throw new HubFault('KEY_MISSING', `a key is missing: ${file}`);
  return readJson(file) as PrivateJwk;
};
