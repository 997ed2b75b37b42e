import type { Caller } from '@delta-hub/crypto';
import type { LedgerStore } from '../ledger-store.js';
import { type Access, accessTo, contentOf } from './evidence-access.js';
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
    const access = leaf === undefined ? withoutEvent(caller) : this.#accessTo(caller, leaf);
    if (leaf !== undefined && access === 'granted') return { ok: true, value: Buffer.from(leaf).toString('latin1') };
    return { ok: false, reason: access === 'granted' ? 'not-theirs' : access };
  }

  bundleFor(caller: Caller, eventId: string): Handed<EvidenceBundle> {
    const leaf = this.leafFor(caller, eventId);
    if (!leaf.ok) return leaf;
    const bundle = this.#maker.bundleOf(eventId);
    return bundle === undefined ? { ok: false, reason: 'not-theirs' } : { ok: true, value: bundle };
  }

  #accessTo(caller: Caller, leaf: Uint8Array): Access {
    const event = contentOf(leaf);
    const stream = String((event as { readonly subject?: unknown }).subject);
    const [first] = this.#store.positionsIn([stream]).get(stream) ?? [];
    const [opening] = first === undefined ? [] : this.#store.entries(first, first + 1);
    return accessTo(caller, event, opening === undefined ? event : contentOf(opening.leaf));
  }
}

const withoutEvent = ({ role }: Caller): Access => (role === 'operator' ? 'role' : 'not-theirs');
