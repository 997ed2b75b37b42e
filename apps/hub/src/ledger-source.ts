import { existsSync } from 'node:fs';
import { nodePaths, paths } from './data-dir.js';
import { HubFault } from './faults.js';
import { NODES } from './nodes.js';

/** The directories of the nodes in a data directory, or the one that is given. @throws HubFault `DATA_DIR_INVALID` */
export const nodeDirectories = (source: string): readonly string[] => {
  if (existsSync(nodePaths(source).identity)) return [source];
  const nodes = NODES.map(({ id }) => paths(source).node(id)).filter((dir) => existsSync(nodePaths(dir).identity));
  if (nodes.length > 0) return nodes;
  throw new HubFault(
    'DATA_DIR_INVALID',
    `${source} is neither a data directory, nor the directory of a node, nor an exported log`,
  );
};

/** The directory of one node. @throws HubFault `USAGE` when there are several, `DATA_DIR_INVALID` */
export const nodeDirectory = (source: string): string => {
  const [first, ...more] = nodeDirectories(source);
  if (first !== undefined && more.length === 0) return first;
  throw new HubFault('USAGE', `${source} holds several nodes: name the directory of one, for example ${first}`);
};

/** Where the log is below the address of a node. @throws HubFault `USAGE` when it is none */
export const ledgerAddress = (address: string): string => {
  if (!URL.canParse(address)) throw new HubFault('USAGE', `${address} is no address http://host:port`);
  return new URL(address).pathname === '/' ? `${address.replace(/\/$/, '')}/ledger` : address;
};
