import type { Caller } from '@delta-hub/crypto';
import type { LedgerStore } from '../ledger-store.js';
import { type Access, accessToLeaf, contentOf, isSealed } from './evidence-access.js';
import type { EvidenceBundle, EvidenceMaker } from './evidence-maker.js';

export type Handed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Exclude<Access, 'granted'> };

/** Hands leaves and evidence bundles to those who may have them. */
export class EvidenceDesk {
  readonly #maker: EvidenceMaker;
  readonly #store: Pick<LedgerStore, 'positionsIn' | 'entries'>;

  constructor(maker: EvidenceMaker, store: Pick<LedgerStore, 'positionsIn' | 'entries'>) {
    this.#maker = maker;
    this.#store = store;
  }

  /** The compact JWS of an event. An event that is not in the log is like one that is not the caller's. */
  leafFor(caller: Caller, eventId: string): Handed<string> {
    const leaf = this.#maker.leafOf(eventId)?.leaf;
    const access = leaf === undefined ? withoutEvent(caller) : accessToLeaf(caller, leaf, this.#store);
    // What is sealed is read in the replay of the person, with a reason.
    if (leaf !== undefined && isSealed(contentOf(leaf))) return { ok: false, reason: withoutEvent(caller) };
    if (leaf !== undefined && access === 'granted') return { ok: true, value: Buffer.from(leaf).toString('latin1') };
    return { ok: false, reason: access === 'granted' ? 'not-theirs' : access };
  }

  bundleFor(caller: Caller, eventId: string): Handed<EvidenceBundle> {
    const leaf = this.leafFor(caller, eventId);
    if (!leaf.ok) return leaf;
    const bundle = this.#maker.bundleOf(eventId);
    return bundle === undefined ? { ok: false, reason: 'not-theirs' } : { ok: true, value: bundle };
  }
}

const withoutEvent = ({ role }: Caller): Exclude<Access, 'granted'> => (role === 'operator' ? 'role' : 'not-theirs');
