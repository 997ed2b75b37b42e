import {
  type KeyHistory,
  type KeyPeriod,
  ledgerKeysOf,
  nodeOfKeyId,
  openEvent,
  ruleAt,
  type TrustList,
} from '@delta-hub/crypto';
import {
  consistencyPath,
  formatNote,
  inclusionPath,
  nodesFromTiles,
  type NodeReader,
  parseNote,
  sameBytes,
} from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import type { LedgerStore, SignedHead } from '../ledger-store.js';
import { loggedKeys } from '../keys/logged-keys.js';
import { originOf, sha256Tree } from '../log-identity.js';
import type { NewestWitnessed } from '../witness/standing.js';
import { bundleFiles, type Evidence } from './bundle-files.js';
import { type EvidencePolicy, noteKeyOf, policyBy, policyText } from './evidence-policy.js';
import type { Event } from './offline/event.js';
import { LEVELS, type Level } from './offline/policy.js';
import { writeZip } from './zip.js';

/** The newest own head of at least a level, with its cosignatures; undefined when no head has reached it. */
export type HeadOfLevel = (level: Level) => SignedHead | undefined;

export interface EvidenceBundle {
  readonly eventId: string;
  readonly level: Level;
  readonly zip: Uint8Array;
}

export interface EvidenceParts {
  /** Two digits: the node whose log it is. */
  readonly node: string;
  readonly store: Pick<LedgerStore, 'positionsOf' | 'entries' | 'tile' | 'keyEntries'>;
  readonly newest: HeadOfLevel;
  /** The largest head that was witnessed by an instant. */
  readonly newestWitnessed: NewestWitnessed;
  readonly trust: TrustList;
}

/** Makes evidence bundles of single events from a log. Writes nothing. */
export class EvidenceMaker {
  readonly #parts: EvidenceParts;
  readonly #read: NodeReader;

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
    this.#read = nodesFromTiles(sha256Tree, (level, index) => parts.store.tile(level, index));
  }

  /** The leaf of an event under the newest signed head; undefined when it is not there. */
  leafOf(eventId: string): { readonly leaf: Uint8Array; readonly index: number } | undefined {
    const { store, newest } = this.#parts;
    const index = store.positionsOf([eventId]).get(eventId);
    if (index === undefined || index >= (newest('LOCAL')?.size ?? 0)) return undefined;
    const [entry] = store.entries(index, index + 1);
    return entry === undefined ? undefined : { leaf: entry.leaf, index };
  }

  /**
   * The bundle of an event, against the newest head of the highest level that holds it; undefined when it is in no head.
   * @throws LedgerFault `EVENT_NOT_AUTHENTIC` when the trust list does not bear out the event, `LEDGER_KEY_UNTRUSTED` the head
   */
  bundleOf(eventId: string): EvidenceBundle | undefined {
    const found = this.leafOf(eventId);
    const newest = this.#parts.newest('LOCAL');
    if (found === undefined || newest === undefined) return undefined;
    const { leaf, index } = found;
    const keys = this.#keys();
    const { event, kid, publicJwk } = this.#open(eventId, leaf, index, keys);
    const policy = this.#policyOf(newest, keys);
    const chosen = this.#headFor(index, keys.periods[kid], policy) ?? newest;
    const [head, latest] = [withoutOthers(chosen, policy), withoutOthers(newest, policy)];
    const cosigners = cosignersIn(head.note);
    const count = cosigners.length;
    const level =
      count === 0 || count < policy.witnessed ? 'LOCAL' : count < policy.witnesses.length ? 'WITNESSED' : 'SEALED';
    const files = bundleFiles({
      ...{ leaf, publicJwk, head, latest, policy: policyText(policy) },
      path: inclusionPath(sha256Tree, this.#read, index, head.size),
      keyProofs: this.#keyProofs([kid.slice(0, 2), this.#parts.node], latest.size),
      consistency: consistencyPath(sha256Tree, this.#read, head.size, latest.size),
      facts: { event, kid, origin: head.origin, index, size: head.size, level, cosigners, latestSize: latest.size },
    });
    return { eventId, level, zip: writeZip(files) };
  }

  #keys(): KeyHistory {
    const { store, trust, node } = this.#parts;
    return loggedKeys(store, trust, originOf(node));
  }

  /**
   * A head of the highest level that holds the entry, signed with the same key as the newest. For an event of a stolen key
   * the head that was witnessed before the theft: only that shows that the event is older.
   */
  #headFor(index: number, key: KeyPeriod | undefined, policy: EvidencePolicy): SignedHead | undefined {
    const { newest, newestWitnessed } = this.#parts;
    const stolenFrom = key?.revoked?.compromisedFrom;
    const before = (instant: string) =>
      newestWitnessed(Math.floor(Date.parse(instant) / 1_000), Number.MAX_SAFE_INTEGER);
    const older = stolenFrom === undefined ? [] : [before(stolenFrom) ?? []].flat();
    const strongest = LEVELS.toReversed().flatMap((level) => newest(level) ?? []);
    return [...older, ...strongest].find((head) => head.size > index && isSignedBy(head, policy.log));
  }

  /** Every key event of the log, if any is about a key of one of these nodes. */
  #keyProofs(nodes: readonly string[], size: number): NonNullable<Evidence['keyProofs']> {
    const entries = this.#parts.store.keyEntries().filter(({ position }) => position < size);
    const isAbout = ({ leaf }: { readonly leaf: Uint8Array }): boolean => nodes.includes(nodeOfKeyEvent(leaf) ?? '');
    if (!entries.some(isAbout)) return [];
    return entries.map(({ position: index, leaf }) => ({
      leaf,
      index,
      path: inclusionPath(sha256Tree, this.#read, index, size),
    }));
  }

  #open(eventId: string, leaf: Uint8Array, index: number, keys: KeyHistory) {
    const opened = openEvent(leaf, ruleAt(keys, index));
    const key = opened.ok ? keys.periods[opened.kid] : undefined;
    if (opened.ok && key !== undefined)
      return { event: opened.event as Event, kid: opened.kid, publicJwk: key.publicJwk };
    throw new LedgerFault('EVENT_NOT_AUTHENTIC', 'the keys that this node trusts do not bear out the event', {
      eventId,
      expected: 'an event signed by a trusted key',
      found: opened.ok ? 'no key' : opened.detail,
    });
  }

  /** The policy that the trust list asks for, with the key that signed this head. */
  #policyOf(head: SignedHead, keys: KeyHistory): EvidencePolicy {
    const { node, trust } = this.#parts;
    const key = ledgerKeysOf(keys, node).find(({ vkey }) => isSignedBy(head, vkey));
    if (key !== undefined) return policyBy(trust, node, key.vkey);
    throw new LedgerFault('LEDGER_KEY_UNTRUSTED', 'the newest head is signed by no key that this node trusts');
  }
}

const isSignedBy = ({ note }: SignedHead, vkey: string): boolean => {
  const [first] = parseNote(note)?.signatures ?? [];
  return first !== undefined && sameBytes(noteKeyOf(vkey)?.keyId ?? new Uint8Array(0), first.keyId);
};

/** The node of the key that a key event is about. */
const nodeOfKeyEvent = (leaf: Uint8Array): string | undefined => {
  const [, payload = ''] = Buffer.from(leaf).toString('latin1').split('.');
  const { data } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { data?: { kid?: unknown } };
  return typeof data?.kid === 'string' ? nodeOfKeyId(data.kid) : undefined;
};

/** The head with the signature of the log and the first cosignature of each witness of the policy, and no others. */
const withoutOthers = (head: SignedHead, { log, witnesses }: EvidencePolicy): SignedHead => {
  const note = parseNote(head.note);
  if (note === undefined) throw new LedgerFault('LEDGER_DAMAGED', 'the note of a head is malformed');
  const signatures = [log, ...witnesses].flatMap((vkey) => {
    const key = noteKeyOf(vkey);
    const line = note.signatures.find(({ name, keyId }) => name === key?.name && sameBytes(keyId, key.keyId));
    return line === undefined ? [] : [line];
  });
  return { ...head, note: formatNote({ text: note.text, signatures }) };
};

/** Names and times (Unix seconds) of the cosignatures of a note whose first line is its log's. */
const cosignersIn = (note: string): (readonly [string, number])[] =>
  (parseNote(note)?.signatures ?? [])
    .slice(1)
    .map(({ name, signature }) => [name, Number(Buffer.from(signature).readBigUInt64BE())]);
