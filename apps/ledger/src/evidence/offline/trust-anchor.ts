/** A node's key for its events, as a trust list has it. */
export interface AnchorKey {
  readonly kid: string;
  readonly alg: string;
  readonly publicJwk: { readonly x: string };
  readonly validFrom: string;
  readonly validTo?: string;
  readonly revokedAt?: string;
}

/** A node with its keys, as a trust list has it. */
export interface AnchorNode {
  readonly node: string;
  readonly eventKeys: readonly AnchorKey[];
  readonly ledgerKeys: readonly { readonly vkey: string; readonly validFrom?: string }[];
  readonly witnessKeys?: readonly { readonly vkey: string }[];
}

/** What the relying party believes without this bundle: the trust list of the hub, got by another way. */
export interface Anchor {
  readonly nodes: readonly AnchorNode[];
}
