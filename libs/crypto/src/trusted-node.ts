import { decodeBase64url } from './base64url.js';
import type { EncryptionKey, PublicEncryptionJwk } from './sealed-message.js';
import { algorithms, isAlgorithm, suiteOf } from './algorithms.js';
import { CryptoError } from './errors.js';
import { type Instant, isInstant } from './instant.js';
import type { PublicJwk, SignatureAlgorithm } from './signature-suite.js';
import { type Fail, type Members, strictObject } from './strict-object.js';
import { parseVkey, VKEY_TYPES, vkeyOf, type VkeyType } from './vkey.js';

/** A key (电子签名验证数据, 电子签名法 34) that verifies the events of one node. */
export interface TrustedKey {
  /** `<node>/<n>`; `n` counts from 1 and is never used again. */
  readonly kid: string;
  /** Binds the key to one algorithm, whatever the header of a message says. */
  readonly alg: SignatureAlgorithm;
  readonly publicJwk: PublicJwk;
  /** Signs events from here on ... */
  readonly validFrom: Instant;
  /** ... until just before this, when it is replaced in good order ... */
  readonly validTo?: Instant;
  /** ... or just before this, when it is no longer to be trusted. */
  readonly revokedAt?: Instant;
}

/** A key that verifies the tree heads of one node. */
export interface LedgerKey {
  /** `delta-hub.cn/ledger/<node>`, the origin of the ledger. */
  readonly name: string;
  /** C2SP signed-note vkey. */
  readonly vkey: string;
  readonly validFrom: Instant;
}

/** A key with which one node cosigns the tree heads of others, as their witness. Never one that signs anything else. */
export interface WitnessKey {
  /** `delta-hub.cn/witness/<node>` */
  readonly name: string;
  /** C2SP signed-note vkey of type 0x04, cosignature/v1. */
  readonly vkey: string;
  readonly validFrom: Instant;
}

export interface TrustedNode {
  /** Two digits, for example `32`. */
  readonly node: string;
  readonly eventKeys: readonly TrustedKey[];
  readonly ledgerKeys: readonly LedgerKey[];
  /** Empty in a list that was written before the nodes witnessed each other. */
  readonly witnessKeys: readonly WitnessKey[];
  /** To which sealed facts for the node are encrypted, the newest last. Empty in a list from before there were any. */
  readonly encryptionKeys: readonly EncryptionKey[];
}

const nodePattern = /^[1-9]\d$/;
const kidPattern = /^([1-9]\d)\/[1-9]\d{0,5}$/;

/** The node that the id of an event key belongs to; `undefined` when it is no such id. */
export const nodeOfKid = (kid: string): string | undefined => kidPattern.exec(kid)?.[1];

/** The origin of a node's log, and the name of the keys that sign its heads. */
export const ledgerNameOf = (node: string): string => `delta-hub.cn/ledger/${node}`;

/** The name under which a node cosigns the heads of others. */
export const witnessNameOf = (node: string): string => `delta-hub.cn/witness/${node}`;

/** @throws CryptoError `KEY_INVALID` */
export const witnessKeyOf = (node: string, key: PublicJwk, validFrom: Instant): WitnessKey => ({
  name: witnessNameOf(node),
  vkey: vkeyOf(witnessNameOf(node), key, VKEY_TYPES.witness),
  validFrom,
});

/** The first encryption key of a node. */
export const encryptionKeyOf = (node: string, publicJwk: PublicEncryptionJwk, validFrom: Instant): EncryptionKey => ({
  ...{ kid: `${node}/enc/1`, publicJwk, validFrom },
});

/**
 * The entry of a new node: its first event key `<node>/1`, its first ledger key, and its first witness key if it has one.
 * @throws CryptoError `KEY_INVALID`
 */
export const trustedNode = (
  node: string,
  eventKey: PublicJwk,
  ledgerKey: PublicJwk,
  validFrom: Instant,
  witnessKey?: PublicJwk,
  encryptionKey?: PublicEncryptionJwk,
): TrustedNode => ({
  node,
  eventKeys: [{ kid: `${node}/1`, alg: 'EdDSA', publicJwk: eventKey, validFrom }],
  ledgerKeys: [{ name: ledgerNameOf(node), vkey: vkeyOf(ledgerNameOf(node), ledgerKey), validFrom }],
  witnessKeys: witnessKey === undefined ? [] : [witnessKeyOf(node, witnessKey, validFrom)],
  encryptionKeys: encryptionKey === undefined ? [] : [encryptionKeyOf(node, encryptionKey, validFrom)],
});

const failAt =
  (place: string): Fail =>
  (problem) => {
    throw new CryptoError('TRUST_LIST_INVALID', `${place}: ${problem}`);
  };

/** Each item of a list, read with its place. @throws CryptoError `TRUST_LIST_INVALID` */
export const readList = <T>(value: unknown, place: string, read: (item: unknown, place: string) => T): readonly T[] =>
  Array.isArray(value)
    ? Object.freeze(value.map((item: unknown, index) => read(item, `${place}[${index}]`)))
    : failAt(place)('not a list');

/** @throws CryptoError `TRUST_LIST_INVALID` */
export const readNode = (value: unknown, place: string): TrustedNode => {
  const members = strictObject(
    value,
    ['node', 'eventKeys', 'ledgerKeys'],
    ['witnessKeys', 'encryptionKeys'],
    failAt(place),
  );
  const { node, eventKeys, ledgerKeys, witnessKeys = [], encryptionKeys = [] } = members;
  if (typeof node !== 'string' || !nodePattern.test(node)) return failAt(`${place}.node`)('not two digits');
  return Object.freeze({
    node,
    eventKeys: readList(eventKeys, `${place}.eventKeys`, (item, at) => readEventKey(item, at, node)),
    ledgerKeys: readList(ledgerKeys, `${place}.ledgerKeys`, (item, at) =>
      readNoteKey(item, at, ledgerNameOf(node), VKEY_TYPES.log),
    ),
    witnessKeys: readList(witnessKeys, `${place}.witnessKeys`, (item, at) =>
      readNoteKey(item, at, witnessNameOf(node), VKEY_TYPES.witness),
    ),
    encryptionKeys: readList(encryptionKeys, `${place}.encryptionKeys`, (item, at) =>
      readEncryptionKey(item, at, node),
    ),
  });
};

const readEventKey = (value: unknown, place: string, node: string): TrustedKey => {
  const required = ['kid', 'alg', 'publicJwk', 'validFrom'];
  const members = strictObject(value, required, ['validTo', 'revokedAt'], failAt(place));
  const { kid, alg } = members;
  if (typeof kid !== 'string' || nodeOfKid(kid) === undefined)
    return failAt(`${place}.kid`)('not of the form <node>/<n>');
  if (nodeOfKid(kid) !== node) return failAt(`${place}.kid`)(`not a key of node ${node}`);
  if (!isAlgorithm(alg)) return failAt(`${place}.alg`)(`not one of ${algorithms.join(', ')}`);
  const { jwk } = keyAt(`${place}.publicJwk`, () => suiteOf(alg).readPublic(members['publicJwk']));
  return Object.freeze({ kid, alg, publicJwk: Object.freeze(jwk), ...readPeriod(members, place) });
};

const readPeriod = (members: Members, place: string): Pick<TrustedKey, 'validFrom' | 'validTo' | 'revokedAt'> => {
  const validFrom = instantAt(members, place, 'validFrom');
  const validTo = 'validTo' in members ? { validTo: instantAt(members, place, 'validTo') } : {};
  const revokedAt = 'revokedAt' in members ? { revokedAt: instantAt(members, place, 'revokedAt') } : {};
  if (validTo.validTo !== undefined && validTo.validTo <= validFrom)
    return failAt(`${place}.validTo`)('not after validFrom');
  if (revokedAt.revokedAt !== undefined && revokedAt.revokedAt < validFrom)
    return failAt(`${place}.revokedAt`)('before validFrom');
  return { validFrom, ...validTo, ...revokedAt };
};

const readNoteKey = (value: unknown, place: string, expected: string, type: VkeyType): LedgerKey & WitnessKey => {
  const members = strictObject(value, ['name', 'vkey', 'validFrom'], [], failAt(place));
  const { name, vkey } = members;
  if (name !== expected) return failAt(`${place}.name`)(`not ${expected}`);
  if (typeof vkey !== 'string') return failAt(`${place}.vkey`)('not a text');
  const key = keyAt(`${place}.vkey`, () => parseVkey(vkey));
  if (key.name !== name) return failAt(`${place}.vkey`)('of another name');
  if (key.type !== type) return failAt(`${place}.vkey`)('of another kind of signature');
  return Object.freeze({ name, vkey, validFrom: instantAt(members, place, 'validFrom') });
};

const readEncryptionKey = (value: unknown, place: string, node: string): EncryptionKey => {
  const members = strictObject(value, ['kid', 'publicJwk', 'validFrom'], [], failAt(place));
  const { kid } = members;
  if (typeof kid !== 'string' || !kid.startsWith(`${node}/enc/`)) return failAt(`${place}.kid`)(`not ${node}/enc/<n>`);
  const jwk = strictObject(members['publicJwk'], ['kty', 'crv', 'x'], [], failAt(`${place}.publicJwk`));
  const { kty, crv, x } = jwk;
  if (kty !== 'OKP' || crv !== 'X25519' || typeof x !== 'string' || decodeBase64url(x)?.length !== 32)
    return failAt(`${place}.publicJwk`)('not a public key for X25519');
  const publicJwk = Object.freeze({ kty, crv, x } as const);
  return Object.freeze({ kid, publicJwk, validFrom: instantAt(members, place, 'validFrom') });
};

const instantAt = (members: Members, place: string, name: string): Instant => {
  const value = members[name];
  return isInstant(value) ? value : failAt(`${place}.${name}`)('not an instant YYYY-MM-DDTHH:mm:ss.sssZ');
};

/** What is wrong with a key, said with its place in the list. */
const keyAt = <T>(place: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof CryptoError) return failAt(place)(error.message);
    throw error;
  }
};
