import { isSoundKey } from './ed25519-point.js';
import { fromBase64url, fromUtf8, isInstant, sameBytes, toBase64url, utf8 } from './encodings.js';
import { type Event, openEvent, parseJws } from './event.js';
import { includes, leafHash } from './merkle.js';
import { type Checkpoint, parseProof, parseVkey } from './note.js';
import { type Primitives, verifySignature } from './primitives.js';
import type { Anchor } from './trust-anchor.js';
import type { Files } from './zip-reader.js';

/** An event in which a node says something of keys, shown to stand at its index under the newest head. */
export interface KeyProof {
  readonly index: number;
  readonly jws: Uint8Array;
}

/** The names of these files in a bundle with so many key events. */
export const keyProofNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => [`keys.proof/${at + 1}.jws`, `keys.proof/${at + 1}.tlog-proof`]).flat();

/** Reads `keys.proof/`: each event in strict form, in log order, under exactly the newest head; undefined when one is not. */
export const parseKeyProofs = async (
  primitives: Primitives,
  files: Files,
  latest: { readonly note: string; readonly head: Checkpoint },
): Promise<readonly KeyProof[] | undefined> => {
  const proofs: KeyProof[] = [];
  for (let number = 1; files.has(`keys.proof/${number}.jws`); number += 1) {
    const jws = files.get(`keys.proof/${number}.jws`)!;
    const text = fromUtf8(files.get(`keys.proof/${number}.tlog-proof`)!) ?? '';
    const proof = text.endsWith(`\n\n${latest.note}`) ? parseProof(text) : undefined;
    if (proof === undefined || parseJws(jws) === undefined || proof.index <= (proofs.at(-1)?.index ?? -1))
      return undefined;
    if (!(await includes(primitives, await leafHash(primitives, jws), proof.index, proof.path, latest.head)))
      return undefined;
    proofs.push({ index: proof.index, jws });
  }
  return proofs;
};

/** One key over its life, as the trust list and the key events of the log have it. */
export interface KeyPeriod {
  readonly kid: string;
  readonly node: string;
  readonly publicKey: Uint8Array;
  readonly validFrom: string;
  /** Ends that the trust list itself sets. */
  readonly ends: readonly string[];
  readonly introduced?: { readonly index: number; readonly time: string; readonly by: string };
  revoked?: { readonly index: number; readonly time: string; readonly reason: string; readonly from?: string };
}

export interface KnownKeys {
  readonly periods: Map<string, KeyPeriod>;
  /** By event id: what a node declared again. */
  readonly reattested: Map<string, { readonly index: number; readonly kid: string; readonly digest: string }>;
}

const KEY_ID = /^([1-9]\d)\/(?:ledger-)?[1-9]\d{0,5}$/;
const PEERS_TO_REVOKE = 2;
type Data = Readonly<Record<string, unknown>>;

/** The keys by the anchor and these key events; one that does not verify, or has no effect by the hub's rules, changes nothing. */
export const keysBy = async (
  primitives: Primitives,
  anchor: Anchor,
  home: string,
  proofs: readonly KeyProof[],
): Promise<KnownKeys> => {
  const fold = new KeyFold(primitives, home);
  for (const { node, eventKeys, ledgerKeys } of anchor.nodes) {
    for (const { kid, alg, publicJwk, validFrom, validTo, revokedAt } of eventKeys) {
      const publicKey = alg === 'EdDSA' ? fromBase64url(publicJwk.x) : undefined;
      const ends = [validTo, revokedAt].filter((end) => end !== undefined);
      if (publicKey !== undefined) fold.periods.set(kid, { kid, node, publicKey, validFrom, ends });
    }
    for (const [at, { vkey, validFrom = '' }] of ledgerKeys.entries()) {
      const kid = `${node}/ledger-${at + 1}`;
      const key = await parseVkey(primitives, vkey);
      if (key !== undefined) fold.periods.set(kid, { kid, node, publicKey: key.publicKey, validFrom, ends: [] });
    }
  }
  for (const proof of proofs) await fold.add(proof);
  return fold;
};

/** Whether a key may sign the event of this id, time and bytes at an index. */
export const isValidAt = (
  keys: KnownKeys,
  home: string,
  { kid, node, introduced, validFrom, ends, revoked }: KeyPeriod,
  event: { readonly id: string; readonly time: string; readonly digest: string; readonly index: number },
): boolean => {
  if (introduced !== undefined && event.index <= introduced.index) return false;
  if (event.time < validFrom || ends.some((end) => event.time >= end)) return false;
  if (revoked === undefined || event.index <= revoked.index) return true;
  if (node !== home && revoked.reason !== 'compromised' && event.time < revoked.time) return true;
  const again = declaredAgain(keys, kid, event);
  return again !== undefined && again.index < event.index;
};

/** What a node said of an event of this id and these bytes, that a revoked key of its own had signed. */
export const declaredAgain = (
  { reattested }: KnownKeys,
  kid: string,
  { id, digest }: { readonly id: string; readonly digest: string },
): { readonly index: number } | undefined => {
  const again = reattested.get(id);
  return again?.kid === kid && again.digest === digest ? again : undefined;
};

export const digestOf = async ({ sha256 }: Primitives, bytes: Uint8Array): Promise<string> =>
  `sha-256:${toBase64url(await sha256(bytes))}`;

class KeyFold implements KnownKeys {
  readonly periods = new Map<string, KeyPeriod>();
  readonly reattested: KnownKeys['reattested'] = new Map();
  readonly #confirmations = new Map<string, readonly string[]>();
  readonly #primitives: Primitives;
  readonly #home: string;

  constructor(primitives: Primitives, home: string) {
    this.#primitives = primitives;
    this.#home = home;
  }

  async add({ index, jws }: KeyProof): Promise<void> {
    const by = this.periods.get(parseJws(jws)?.kid ?? '');
    if (by === undefined) return;
    const event = await openEvent(this.#primitives, jws, by);
    if (typeof event === 'string' || event.subject !== `key-node-${by.node}`) return;
    const digest = await digestOf(this.#primitives, jws);
    if (!isValidAt(this, this.#home, by, { id: event.id, time: event.time, digest, index })) return;
    const data = (typeof event['data'] === 'object' ? (event['data'] ?? {}) : {}) as Data;
    const node = typeof data['kid'] === 'string' ? KEY_ID.exec(data['kid'])?.[1] : undefined;
    if (node === undefined) return;
    const said = { ...data, kid: data['kid'] as string };
    if (event.type === 'cn.delta-hub.key.introduced.v1' && node === by.node)
      await this.#introduce(said, by, event, index);
    if (event.type === 'cn.delta-hub.key.revoked.v1') this.#revoke(said, node, by, event, index);
    if (event.type === 'cn.delta-hub.key.reattested.v1' && node === by.node) this.#reattest(said, index);
  }

  async #introduce(
    said: Data & { readonly kid: string },
    by: KeyPeriod,
    { time }: Event,
    index: number,
  ): Promise<void> {
    const { kid, alg, validFrom, possession } = said;
    const { kty, crv, x } = (said['publicJwk'] ?? {}) as Data;
    const publicKey = typeof x === 'string' ? fromBase64url(x) : undefined;
    const signature = typeof possession === 'string' ? fromBase64url(possession) : undefined;
    if (kty !== 'OKP' || crv !== 'Ed25519' || alg !== 'EdDSA' || !isInstant(validFrom)) return;
    if (publicKey?.length !== 32 || !isSoundKey(publicKey) || signature === undefined || this.periods.has(kid)) return;
    if ([...this.periods.values()].some((known) => sameBytes(known.publicKey, publicKey))) return;
    const text = `delta-hub.cn/key-possession/v1\n${kid}\n${alg}\n${String(x)}\n${validFrom}\n${by.kid}\n`;
    if (!(await verifySignature(this.#primitives, publicKey, utf8(text), signature))) return;
    const introduced = { index, time, by: by.kid };
    this.periods.set(kid, { kid, node: by.node, publicKey, validFrom, ends: [], introduced });
  }

  #revoke(said: Data & { readonly kid: string }, node: string, by: KeyPeriod, { time }: Event, index: number): void {
    const { kid, reason, compromisedFrom: from } = said;
    const isCompromised = reason === 'compromised';
    if (!isCompromised && reason !== 'superseded' && reason !== 'lost') return;
    if (isCompromised ? !isInstant(from) : from !== undefined) return;
    const period = this.periods.get(kid);
    if (period === undefined || kid === by.kid) return;
    // That a key had been stolen may be found out after its end; it still ends where it ended.
    const ended = period.revoked;
    if (ended !== undefined && (!isCompromised || ended.reason === 'compromised')) return;
    let sayers = [by.kid];
    if (node !== by.node) {
      const topic = `${kid} ${reason} ${isInstant(from) ? from : ''}`;
      const before = this.#confirmations.get(topic) ?? [];
      if (before.includes(by.node)) return;
      sayers = [...before, by.node];
      this.#confirmations.set(topic, sayers);
      if (sayers.length < PEERS_TO_REVOKE) return;
    }
    const revoked = {
      index: ended?.index ?? index,
      time: ended?.time ?? time,
      reason,
      ...(isInstant(from) ? { from } : {}),
    };
    this.#take(period, revoked, new Set(sayers.flatMap((one) => this.#introducersOf(one))));
  }

  /** Takes a key away, and with a stolen one what the thief may have introduced: all but the keys that say so. */
  #take(period: KeyPeriod, revoked: NonNullable<KeyPeriod['revoked']>, spared: ReadonlySet<string>): void {
    period.revoked = revoked;
    const { from } = revoked;
    if (from === undefined) return;
    for (const one of this.periods.values())
      if (one.introduced?.by === period.kid && one.introduced.time >= from)
        if (!spared.has(one.kid) && one.revoked === undefined)
          this.#take(one, { ...revoked, reason: 'compromised' }, spared);
  }

  #introducersOf(kid: string): readonly string[] {
    const by = this.periods.get(kid)?.introduced?.by;
    return by === undefined ? [kid] : [kid, ...this.#introducersOf(by)];
  }

  #reattest({ kid, events }: Data & { readonly kid: string }, index: number): void {
    if (this.periods.get(kid)?.revoked === undefined || !Array.isArray(events)) return;
    const said = events.map((one: unknown) => (one ?? {}) as Data);
    if (!said.every(({ id, digest }) => typeof id === 'string' && typeof digest === 'string')) return;
    for (const { id, digest } of said as { id: string; digest: string }[])
      this.reattested.set(id, { index, kid, digest });
  }
}
