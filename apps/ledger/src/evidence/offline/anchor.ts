import { sameBytes } from './encodings.js';
import type { EventKey } from './event.js';
import { declaredAgain, isValidAt, type KeyProof, keysBy } from './key-proofs.js';
import type { Policy } from './policy.js';
import type { Primitives } from './primitives.js';
import type { Anchor, AnchorKey, AnchorNode } from './trust-anchor.js';

/** Which of the anchor's rules the bundle breaks. */
export type AnchorFault =
  | 'KEY_UNTRUSTED'
  | 'KEY_PERIOD'
  /** The key was stolen before witnesses had seen the event, and its node has not declared it again. */
  | 'KEY_COMPROMISED'
  | 'LOG_UNTRUSTED'
  | 'POLICY_UNTRUSTED';

/** Enough of the peers for the level `WITNESSED`, by the hub's rule. */
const WITNESSED_BY = 2;

/** Reads a trust list. @throws SyntaxError when it is none */
export const parseAnchor = (text: string): Anchor => {
  const list = JSON.parse(text) as Anchor | null;
  const isNode = (node: AnchorNode | null): boolean =>
    typeof node?.node === 'string' &&
    Array.isArray(node.eventKeys) &&
    node.eventKeys.every((key: Partial<AnchorKey> | null) => typeof key?.publicJwk?.x === 'string') &&
    [node.ledgerKeys, node.witnessKeys ?? []].every(Array.isArray);
  if (!Array.isArray(list?.nodes) || !list.nodes.every(isNode)) throw new SyntaxError('not a trust list of the hub');
  return list;
};

/** What the anchor is asked about. */
export interface AnchorQuestion {
  readonly key: EventKey;
  readonly event: { readonly id: string; readonly time: string; readonly digest: string; readonly index: number };
  readonly policy: Policy;
  readonly keyProofs: readonly KeyProof[];
  /** Size of the newest head. */
  readonly latestSize: number;
  /** When witnesses had cosigned a head that holds the event, in Unix seconds; undefined when too few have. */
  readonly witnessedAt: number | undefined;
}

/** The first rule of the anchor that the bundle does not keep. */
export const anchorFault = async (
  primitives: Primitives,
  anchor: Anchor,
  { key, event, policy, keyProofs, latestSize, witnessedAt }: AnchorQuestion,
): Promise<AnchorFault | undefined> => {
  const keys = await keysBy(primitives, anchor, policy.node, keyProofs);
  const period = keys.periods.get(key.kid);
  if (period === undefined || !sameBytes(period.publicKey, key.publicKey)) return 'KEY_UNTRUSTED';
  if (!isValidAt(keys, policy.node, period, event)) return 'KEY_PERIOD';
  const stolenFrom = period.revoked?.from;
  const isInDoubt =
    stolenFrom !== undefined && !(witnessedAt !== undefined && witnessedAt * 1000 <= Date.parse(stolenFrom));
  if (isInDoubt && declaredAgain(keys, key.kid, event) === undefined) return 'KEY_COMPROMISED';
  const log = [...keys.periods.values()].find(
    ({ kid, node, publicKey }) =>
      node === policy.node && kid.startsWith(`${node}/ledger-`) && sameBytes(publicKey, policy.log.publicKey),
  );
  if (log === undefined || (log.revoked !== undefined && latestSize > log.revoked.index)) return 'LOG_UNTRUSTED';
  return policyFault(anchor, policy);
};

const policyFault = ({ nodes }: Anchor, policy: Policy): AnchorFault | undefined => {
  const peers = nodes.filter((trusted) => trusted.node !== policy.node && (trusted.witnessKeys ?? []).length > 0);
  const named = policy.witnesses.map(({ text }) => text);
  const isOf = ({ witnessKeys = [] }: AnchorNode): boolean => witnessKeys.some(({ vkey }) => named.includes(vkey));
  const isSame = peers.length === named.length && peers.every(isOf);
  const needed = named.length === 0 ? undefined : Math.min(WITNESSED_BY, named.length);
  return isSame && policy.needed?.witnessed === needed ? undefined : 'POLICY_UNTRUSTED';
};
