import type { EventKey } from './event.js';
import { toBase64url } from './encodings.js';
import type { Policy } from './policy.js';

interface AnchorKey {
  readonly kid: string;
  readonly alg: string;
  readonly publicJwk: { readonly x: string };
  readonly validFrom: string;
  readonly validTo?: string;
  readonly revokedAt?: string;
}

interface AnchorNode {
  readonly node: string;
  readonly eventKeys: readonly AnchorKey[];
  readonly ledgerKeys: readonly { readonly vkey: string }[];
  readonly witnessKeys?: readonly { readonly vkey: string }[];
}

/** What the relying party believes without this bundle: the trust list of the hub, got by another way. */
export interface Anchor {
  readonly nodes: readonly AnchorNode[];
}

/** Which of the anchor's rules the bundle breaks. */
export type AnchorFault = 'KEY_UNTRUSTED' | 'KEY_PERIOD' | 'LOG_UNTRUSTED' | 'POLICY_UNTRUSTED';

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

/** The first rule of the anchor that key, time of signing and policy do not keep. */
export const anchorFault = (
  { nodes }: Anchor,
  { kid, node, publicKey }: EventKey,
  time: string,
  policy: Policy,
): AnchorFault | undefined => {
  const key = nodes.find((trusted) => trusted.node === node)?.eventKeys.find((trusted) => trusted.kid === kid);
  if (key?.alg !== 'EdDSA' || key.publicJwk.x !== toBase64url(publicKey)) return 'KEY_UNTRUSTED';
  const ends = [key.validTo, key.revokedAt].filter((end) => end !== undefined);
  if (time < key.validFrom || ends.some((end) => time >= end)) return 'KEY_PERIOD';
  const log = nodes.find((trusted) => trusted.node === policy.node);
  if (!log?.ledgerKeys.some(({ vkey }) => vkey === policy.log.text)) return 'LOG_UNTRUSTED';
  const peers = nodes.filter((trusted) => trusted.node !== policy.node && (trusted.witnessKeys ?? []).length > 0);
  const named = policy.witnesses.map(({ text }) => text);
  const isOf = ({ witnessKeys = [] }: AnchorNode): boolean => witnessKeys.some(({ vkey }) => named.includes(vkey));
  const isSame = peers.length === named.length && peers.every(isOf);
  const needed = named.length === 0 ? undefined : Math.min(WITNESSED_BY, named.length);
  return isSame && policy.needed?.witnessed === needed ? undefined : 'POLICY_UNTRUSTED';
};
