import { canonicalJson, type EventCheck, jwks, openEvent, parseJwks, parseTrustList } from '@delta-hub/crypto';
import { type JsonValue, type OpenedEvent, type PublishedJwk, type TrustList, verifyBytes } from '@delta-hub/crypto';
import { type IndexedEvent, isInDoubt, type KeyHistory, keyHistoryOf, ledgerKeysOf, ruleAt } from '@delta-hub/crypto';
import { formatTreeHead, fromBase64, type Note, parseNote, parseTreeHead, sameBytes } from '@delta-hub/ledger';
import { type TreeHead, verifyConsistency, verifyInclusion } from '@delta-hub/ledger';
import { originOf, sha256Tree } from '../log-identity.js';
import { hashLines, manifestText, tlogProof } from './bundle-files.js';
import { type EvidencePolicy, nodeIn, noteKeyOf, policyBy, readPolicyText } from './evidence-policy.js';
import { type Facts, reportText } from './offline/report-text.js';
import type { Level } from './offline/policy.js';
import { medianOf } from '../witness/level.js';
import type { EvidenceCode } from './offline/verify-bundle.js';
import { type EvidenceFiles, openZip } from './zip.js';

/** The verdict on a bundle: what it proves, or the first check that failed. */
export type EvidenceVerdict =
  { readonly ok: true; readonly facts: Facts } | { readonly ok: false; readonly code: EvidenceCode };

/** What must be in a bundle, in this order. */
const NAMES =
  'manifest.json report.txt event.jws event.tlog-proof policy.txt keys.jwks checkpoint.latest consistency.txt';

const EVENT_CODES: Readonly<Record<EventCheck, EvidenceCode>> = {
  SIZE: 'EVENT_SIZE',
  FORM: 'EVENT_FORM',
  KEY: 'EVENT_KEY',
  SIGNATURE: 'EVENT_SIGNATURE',
  CANONICAL: 'EVENT_CANONICAL',
};

class Refused extends Error {
  constructor(readonly evidenceCode: EvidenceCode) {
    super(evidenceCode);
  }
}

/** The value, unless there is none: then the check `code` has failed. */
const need = <T>(code: EvidenceCode, value: T | undefined | false): T => {
  if (value === undefined || value === false) throw new Refused(code);
  return value;
};

/**
 * The node's own check of a bundle, written on `libs/crypto` and `libs/ledger` and nothing of the offline verifier but its
 * report: the two must give the same verdict and the same code. Never throws for what is in the bundle.
 */
export const checkEvidence = (zip: Uint8Array, trust?: TrustList, level: Level = 'LOCAL'): EvidenceVerdict => {
  try {
    const facts = factsOf(need('ZIP', openZip(zip)), trust);
    const order: readonly Level[] = ['LOCAL', 'WITNESSED', 'SEALED'];
    need('LEVEL', order.indexOf(facts.level) >= order.indexOf(level));
    return { ok: true, facts };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, code: error.evidenceCode };
    throw error;
  }
};

const factsOf = (files: EvidenceFiles, trust: TrustList | undefined): Facts => {
  const pairs = (files.size - NAMES.split(' ').length) / 2;
  const proofNames = Array.from({ length: Math.max(0, pairs) }, (_, at) => keyProofNames(at + 1)).join('');
  need('FILES', [...files.keys()].join(' ') === NAMES + proofNames);
  const text = (name: string): string => Buffer.from(files.get(name) ?? []).toString('utf8');
  const [, ...contents] = files;
  need('MANIFEST', isText(files.get('manifest.json')!, manifestText(contents)));

  const leaf = files.get('event.jws')!;
  const key = need('KEYS', keyOf(files.get('keys.jwks')!));
  const opened = open(leaf, key);
  const policy = need('POLICY', readPolicyText(text('policy.txt')));
  const origin = originOf(nodeIn(policy.log));
  need('POLICY', isText(files.get('policy.txt')!, text('policy.txt')));

  const { index, path, note } = need('PROOF', readProof(files.get('event.tlog-proof')!));
  const head = headIn(note, origin, 'PROOF');
  const cosigners = cosignersOf(note, policy, 'HEAD_SIGNATURE', 'COSIGNATURE');
  need('INCLUSION', verifyInclusion(sha256Tree, { ...head, index, path, leafHash: sha256Tree.leaf(leaf) }));

  const latestText = text('checkpoint.latest');
  need('LATEST', isText(files.get('checkpoint.latest')!, latestText));
  const latestNote = need('LATEST', parseNote(latestText));
  const latest = headIn(latestNote, origin, 'LATEST');
  cosignersOf(latestNote, policy, 'LATEST_SIGNATURE', 'LATEST_COSIGNATURE');
  const between = need('CONSISTENCY', readHashes(text('consistency.txt')));
  const sizes = { size1: head.size, root1: head.root, size2: latest.size, root2: latest.root };
  need('CONSISTENCY', verifyConsistency(sha256Tree, { ...sizes, path: between }));

  const keyEvents = need('KEY_PROOF', keyEventsIn(files, latestText, latest));
  const level = levelBy(policy, cosigners.length);
  const facts: Facts = {
    ...{ event: opened.event, kid: opened.kid, origin, index, size: head.size, level },
    ...{ cosigners, latestSize: latest.size },
  };
  need('REPORT', isText(files.get('report.txt')!, reportText(facts)));
  const keys = trust && keyHistoryOf(trust, nodeIn(policy.log), keyEvents);
  if (keys !== undefined) checkKeys(keys, key, { leaf, opened, policy, facts });
  if (trust !== undefined) checkPolicy(trust, policy);
  return facts;
};

const isText = (bytes: Uint8Array, text: string): boolean => Buffer.from(text, 'utf8').equals(bytes);

/** The one key of the set; its text is the one that `jwks` writes. */
const keyOf = (bytes: Uint8Array): PublishedJwk | undefined => {
  try {
    const [key, ...more] = parseJwks(JSON.parse(Buffer.from(bytes).toString('utf8'))).keys;
    if (key === undefined || more.length > 0 || !/^[1-9]\d\/[1-9]\d{0,5}$/.test(key.kid)) return undefined;
    const { kty, crv, x, kid } = key;
    const text = canonicalJson(jwks([{ kid, jwk: { kty, crv, x } }]) as unknown as JsonValue);
    return isText(bytes, text) ? key : undefined;
  } catch (error) {
    // JSON that is none, or a set that parseJwks refuses.
    if (error instanceof SyntaxError || (error as { code?: unknown }).code === 'KEY_INVALID') return undefined;
    throw error;
  }
};

/** Opens the event as if its key had always been valid; the anchor says when it was. */
const open = (leaf: Uint8Array, { kid, alg, kty, crv, x }: PublishedJwk): OpenedEvent => {
  const eventKey = { kid, alg, publicJwk: { kty, crv, x }, validFrom: '0000-01-01T00:00:00.000Z' };
  const node = kid.slice(0, 2);
  const opened = openEvent(leaf, parseTrustList({ nodes: [{ node, eventKeys: [eventKey], ledgerKeys: [] }] }));
  if (opened.ok) return opened;
  throw new Refused(/^source/.test(opened.detail) ? 'EVENT_SOURCE' : EVENT_CODES[opened.check]);
};

interface Proof {
  readonly index: number;
  readonly path: readonly Uint8Array[];
  readonly note: Note;
}

/** Reads by lines and writes the proof again: only the same bytes will do. */
const readProof = (bytes: Uint8Array): Proof | undefined => {
  const text = Buffer.from(bytes).toString('utf8');
  const blank = text.indexOf('\n\n');
  const [, second = '', ...hashes] = text
    .slice(0, blank + 1)
    .split('\n')
    .slice(0, -1);
  const index = Number(second.slice('index '.length));
  const path = readHashes(hashes.map((line) => `${line}\n`).join(''));
  const noteText = text.slice(blank + 2);
  const note = parseNote(noteText);
  if (blank < 0 || !Number.isSafeInteger(index) || path === undefined || note === undefined) return undefined;
  return isText(bytes, tlogProof(index, path, noteText)) ? { index, path, note } : undefined;
};

const readHashes = (text: string): readonly Uint8Array[] | undefined => {
  const hashes = text.split('\n').slice(0, -1).map(fromBase64);
  const known = hashes.filter((hash) => hash?.length === 32).map((hash) => hash!);
  return known.length === hashes.length && known.length <= 64 && hashLines(known) === text ? known : undefined;
};

const headIn = ({ text }: Note, origin: string, code: 'PROOF' | 'LATEST'): TreeHead => {
  const head = need(code, parseTreeHead(text, sha256Tree.empty.length));
  need(code, head.origin === origin && text === formatTreeHead(head));
  return head;
};

/** Verifies every signature of a note: the log's first, then cosignatures of witnesses of the policy, each once. */
const cosignersOf = (
  { text, signatures }: Note,
  { log, witnesses }: EvidencePolicy,
  headCode: EvidenceCode,
  code: EvidenceCode,
): (readonly [string, number])[] => {
  const [own, ...others] = signatures;
  const verifies = (vkey: string, keyId: Uint8Array, message: string, signature: Uint8Array): boolean => {
    const key = noteKeyOf(vkey);
    if (key === undefined || !sameBytes(key.keyId, keyId)) return false;
    return verifyBytes(Buffer.from(message, 'utf8'), signature, key.publicJwk);
  };
  const nameOf = (vkey: string): string => vkey.slice(0, vkey.indexOf('+'));
  need(headCode, own !== undefined && own.name === nameOf(log) && verifies(log, own.keyId, text, own.signature));
  const times = new Map<string, number>();
  for (const { name, keyId, signature } of others) {
    const vkey = need(
      code,
      witnesses.find((witness) => nameOf(witness) === name),
    );
    need(code, !times.has(name) && signature.length === 72);
    const time = Number(Buffer.from(signature).readBigUInt64BE());
    need(code, Number.isSafeInteger(time));
    need(code, verifies(vkey, keyId, `cosignature/v1\ntime ${time}\n${text}`, signature.subarray(8)));
    times.set(name, time);
  }
  return [...times];
};

const levelBy = ({ witnesses, witnessed }: EvidencePolicy, count: number): Level => {
  if (witnesses.length === 0 || count < witnessed) return 'LOCAL';
  return count === witnesses.length ? 'SEALED' : 'WITNESSED';
};

const keyProofNames = (number: number): string => ` keys.proof/${number}.jws keys.proof/${number}.tlog-proof`;

/** The key events of the bundle, each under the newest head and behind the one before; undefined when one is not. */
const keyEventsIn = (
  files: EvidenceFiles,
  latestText: string,
  latest: TreeHead,
): readonly IndexedEvent[] | undefined => {
  const events: IndexedEvent[] = [];
  for (let number = 1; files.has(`keys.proof/${number}.jws`); number += 1) {
    const jws = files.get(`keys.proof/${number}.jws`)!;
    const bytes = files.get(`keys.proof/${number}.tlog-proof`)!;
    const proof = readProof(bytes);
    if (proof === undefined || !isText(bytes, tlogProof(proof.index, proof.path, latestText))) return undefined;
    const { index, path } = proof;
    if (index <= (events.at(-1)?.index ?? -1) || !isSignedForm(jws)) return undefined;
    if (!verifyInclusion(sha256Tree, { ...latest, index, path, leafHash: sha256Tree.leaf(jws) })) return undefined;
    events.push({ index, jws });
  }
  return events;
};

/** Whether these bytes are a compact JWS of the hub in strict form, whoever signed it. */
const isSignedForm = (jws: Uint8Array): boolean => {
  const opened = openEvent(jws, { find: () => undefined, fault: () => undefined });
  return !opened.ok && opened.check === 'KEY';
};

interface Proven {
  readonly leaf: Uint8Array;
  readonly opened: OpenedEvent;
  readonly policy: EvidencePolicy;
  readonly facts: Facts;
}

/** What the trust list, and the key events after it, say of the keys that came with the bundle. */
const checkKeys = (keys: KeyHistory, key: PublishedJwk, { leaf, opened, policy, facts }: Proven): void => {
  const { index, size, level, cosigners, latestSize } = facts;
  need('KEY_UNTRUSTED', keys.periods[key.kid]?.publicJwk.x === key.x);
  need('KEY_PERIOD', openEvent(leaf, ruleAt(keys, index)).ok);
  const witnessedAt = medianOf(cosigners.map(([, seconds]) => seconds)) * 1000;
  const witnessedBy = (instant: string): number => (level !== 'LOCAL' && witnessedAt <= Date.parse(instant) ? size : 0);
  const { kid, jws, event } = opened;
  need('KEY_COMPROMISED', !isInDoubt(keys, { kid, id: event.id, jws, index }, witnessedBy));
  const log = ledgerKeysOf(keys, nodeIn(policy.log)).find(({ vkey }) => vkey === policy.log);
  need('LOG_UNTRUSTED', log !== undefined && latestSize <= (log.revoked?.index ?? latestSize));
};

/** Whether the policy that came with the bundle is the one that the trust list asks for. */
const checkPolicy = (trust: TrustList, policy: EvidencePolicy): void => {
  const wanted = policyBy(trust, nodeIn(policy.log), policy.log);
  const peers = trust.nodes.filter((one) => one.node !== nodeIn(policy.log) && one.witnessKeys.length > 0);
  const isOf = (vkeys: readonly { readonly vkey: string }[]): boolean =>
    vkeys.some(({ vkey }) => policy.witnesses.includes(vkey));
  need('POLICY_UNTRUSTED', policy.witnesses.length === peers.length && peers.every((one) => isOf(one.witnessKeys)));
  need('POLICY_UNTRUSTED', policy.witnessed === wanted.witnessed);
};
