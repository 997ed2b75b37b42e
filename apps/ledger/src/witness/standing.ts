import type { TrustList } from '@delta-hub/crypto';
import { type NoteVerifier, parseNote, sameBytes } from '@delta-hub/ledger';
import type { SignedHead } from '../ledger-store.js';
import { nodeOfOrigin } from '../log-identity.js';
import { openHead } from '../signed-head.js';
import { LedgerFault } from '../ledger-fault.js';
import type { CosignedHeads } from './cosigned-heads.js';
import { type Level, medianOf } from './level.js';
import { cosignersOf } from './witness-keys.js';

/** What makes a head witnessed for somebody who has only the trust list: two other nodes, or all when there are fewer. */
const WITNESSED_BY = 2;

export interface Standing {
  readonly level: Level;
  /** Median of the cosignatures, Unix seconds; undefined when there is none. */
  readonly witnessedAt: number | undefined;
  /** The first key of the trust list in whose name there is a cosignature that is not its own. */
  readonly forged: string | undefined;
}

/** How far the other nodes of the trust list bear out a note of a node's log. Signatures by keys it does not name say nothing. */
export const standingOf = (note: string, trust: TrustList, node: string): Standing => {
  const { text = '', signatures = [] } = parseNote(note) ?? {};
  const others = [...cosignersOf(trust)].filter(([other, keys]) => other !== node && keys.length > 0);
  const bytes = new TextEncoder().encode(text);
  const times = new Map<string, number>();
  let forged: string | undefined;
  for (const [other, keys] of others)
    for (const cosigner of keys)
      for (const { name, keyId, signature } of signatures) {
        if (name !== cosigner.name || !sameBytes(keyId, cosigner.keyId)) continue;
        if (!cosigner.verify(bytes, signature)) forged ??= name;
        else if (!times.has(other)) times.set(other, cosigner.timeOf(signature));
      }
  const isWitnessed = times.size > 0 && times.size >= Math.min(WITNESSED_BY, others.length);
  return {
    level: !isWitnessed ? 'LOCAL' : times.size === others.length ? 'SEALED' : 'WITNESSED',
    witnessedAt: times.size === 0 ? undefined : medianOf([...times.values()]),
    forged,
  };
};

/** The largest head of at most `most` entries that was witnessed by an instant in Unix seconds. */
export type NewestWitnessed = (seconds: number, most: number) => SignedHead | undefined;

/**
 * Finds heads among those that were kept with their cosignatures, and believes only the signatures.
 * @throws LedgerFault `LEDGER_DAMAGED` when a kept head, or a cosignature of it, is forged
 */
export const newestWitnessedIn =
  (cosigned: CosignedHeads, origin: string, trust: TrustList, verifiers: readonly NoteVerifier[]): NewestWitnessed =>
  (seconds, most) => {
    const node = nodeOfOrigin(origin) ?? '';
    for (let kept = cosigned.witnessedBy(seconds, most); ; kept = cosigned.witnessedBy(seconds, kept.size - 1)) {
      if (kept === undefined) return undefined;
      const opened = openHead(kept.note, origin, verifiers);
      const { level, witnessedAt = Number.POSITIVE_INFINITY, forged } = standingOf(kept.note, trust, node);
      if (!opened.ok || forged !== undefined || opened.head.size !== kept.size)
        throw new LedgerFault('LEDGER_DAMAGED', `the witnessed head of ${kept.size} entries is not what was signed`);
      if (level !== 'LOCAL' && witnessedAt <= seconds) return opened.head;
    }
  };
