import { suiteOf } from './algorithms.js';
import { CryptoError } from './errors.js';
import type { VerifyingKey } from './signature-suite.js';
import { strictObject } from './strict-object.js';
import { readList, readNode, type TrustedKey, type TrustedNode } from './trusted-node.js';
import { parseVkey } from './vkey.js';

/** Whom this node believes: kept by the node itself, never taken from a message. */
export interface TrustList {
  readonly nodes: readonly TrustedNode[];
}

/** An event key of the list, ready for use. */
export interface ResolvedKey extends TrustedKey {
  readonly node: string;
  readonly key: VerifyingKey;
}

/**
 * Reads a trust list and checks all of it: known fields only, real instants in order, key ids bound to their node,
 * no node, key id or public key twice, and every key sound (not malformed, not of small order).
 * The result is a frozen copy.
 *
 * @throws CryptoError `TRUST_LIST_INVALID`; the message starts with the place, as in `nodes[1].eventKeys[0].kid: ...`
 */
export const parseTrustList = (json: unknown): TrustList => {
  const { nodes } = strictObject(json, ['nodes'], [], (problem) => fail(`trust list: ${problem}`));
  const list: TrustList = Object.freeze({ nodes: readList(nodes, 'nodes', readNode) });
  const events = list.nodes.flatMap(({ eventKeys }) => eventKeys);
  refuseTwice(
    'node',
    list.nodes.map(({ node }) => node),
  );
  refuseTwice(
    'kid',
    events.map(({ kid }) => kid),
  );
  refuseTwice('public key', [...events.map(({ publicJwk }) => publicJwk.x), ...list.nodes.flatMap(noteKeysOf)]);
  indexes.set(list, indexOf(list));
  return list;
};

/**
 * The event key with this id.
 * @throws CryptoError `TRUST_LIST_INVALID` when the list was made by hand and breaks a rule of `parseTrustList`
 */
export const findKey = (trust: TrustList, kid: string): ResolvedKey | undefined => {
  let index = indexes.get(trust);
  if (index === undefined) {
    index = indexOf(parseTrustList(trust));
    indexes.set(trust, index);
  }
  return index.get(kid);
};

type Index = ReadonlyMap<string, ResolvedKey>;

const indexes = new WeakMap<TrustList, Index>();

const indexOf = ({ nodes }: TrustList): Index =>
  new Map(
    nodes.flatMap(({ node, eventKeys }) =>
      eventKeys.map((trusted) => {
        const { key } = suiteOf(trusted.alg).readPublic(trusted.publicJwk);
        return [trusted.kid, { ...trusted, node, key }] as const;
      }),
    ),
  );

/** A key that signed events and tree heads, or heads and cosignatures, could be made to sign one that reads as the other. */
const noteKeysOf = ({ ledgerKeys, witnessKeys }: TrustedNode): string[] =>
  [...ledgerKeys, ...witnessKeys].map(({ vkey }) => parseVkey(vkey).publicJwk.x);

const refuseTwice = (what: string, values: readonly string[]): void => {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) fail(`trust list: ${what} ${twice} is there twice`);
};

const fail = (problem: string): never => {
  throw new CryptoError('TRUST_LIST_INVALID', problem);
};
