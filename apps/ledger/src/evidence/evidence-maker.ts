import { openEvent, type PublicJwk, type TrustList } from '@delta-hub/crypto';
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
import { sha256Tree } from '../log-identity.js';
import { bundleFiles } from './bundle-files.js';
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
  readonly store: Pick<LedgerStore, 'positionsOf' | 'entries' | 'tile'>;
  readonly newest: HeadOfLevel;
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
    const { event, kid, publicJwk } = this.#open(eventId, leaf);
    const covering = LEVELS.toReversed().flatMap((level) => this.#parts.newest(level) ?? []);
    const chosen = covering.find(({ size }) => size > index) ?? newest;
    const policy = this.#policyOf(chosen);
    const [head, latest] = [withoutOthers(chosen, policy), withoutOthers(newest, policy)];
    const cosigners = cosignersIn(head.note);
    const count = cosigners.length;
    const level =
      count === 0 || count < policy.witnessed ? 'LOCAL' : count < policy.witnesses.length ? 'WITNESSED' : 'SEALED';
    const files = bundleFiles({
      ...{ leaf, publicJwk, head, latest, policy: policyText(policy) },
      path: inclusionPath(sha256Tree, this.#read, index, head.size),
      consistency: consistencyPath(sha256Tree, this.#read, head.size, latest.size),
      facts: { event, kid, origin: head.origin, index, size: head.size, level, cosigners, latestSize: latest.size },
    });
    return { eventId, level, zip: writeZip(files) };
  }

  #open(eventId: string, leaf: Uint8Array): { event: Event; kid: string; publicJwk: PublicJwk } {
    const opened = openEvent(leaf, this.#parts.trust);
    const key = this.#parts.trust.nodes
      .flatMap(({ eventKeys }) => eventKeys)
      .find(({ kid }) => opened.ok && kid === opened.kid);
    if (opened.ok && key !== undefined) return { event: opened.event, kid: opened.kid, publicJwk: key.publicJwk };
    throw new LedgerFault('EVENT_NOT_AUTHENTIC', 'the trust list of this node does not bear out the event', {
      eventId,
      expected: 'an event signed by a trusted key',
      found: opened.ok ? 'no key' : opened.detail,
    });
  }

  /** The policy that the trust list asks for, with the key that signed this head. */
  #policyOf({ note }: SignedHead): EvidencePolicy {
    const { node, trust } = this.#parts;
    const [first] = parseNote(note)?.signatures ?? [];
    const own = trust.nodes.find((one) => one.node === node)?.ledgerKeys ?? [];
    const key = own.find(
      ({ vkey }) => first !== undefined && sameBytes(noteKeyOf(vkey)?.keyId ?? new Uint8Array(0), first.keyId),
    );
    if (key !== undefined) return policyBy(trust, node, key.vkey);
    throw new LedgerFault('LEDGER_KEY_UNTRUSTED', 'the newest head is signed by no key of the trust list');
  }
}

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
