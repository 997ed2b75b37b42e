import { createHash } from 'node:crypto';
import { type NoteVerifier, openNote, parseNote, sameBytes, toBase64 } from '@delta-hub/ledger';
import type { LedgerFault } from '../ledger-fault.js';
import type { SignedHead } from '../ledger-store.js';
import type { CosignedHeads } from './cosigned-heads.js';
import { contradiction, ownConsistency, type OwnLog } from './own-log.js';
import { textOf, type Wire } from './wire.js';

/** A witness of the policy file: the key it cosigns with, and where it is asked, while that is known. */
export interface WitnessPeer {
  readonly verifier: NoteVerifier & { timeOf(signature: Uint8Array): number };
  /** The prefix of `/add-checkpoint`, without a trailing slash. */
  readonly url: () => string | undefined;
}

/** A witness that answered, but not with what it was asked for. It is asked again later. */
class Unwilling extends Error {}

/** Where a witness serves the newest head that it cosigned of a log. */
export const rememberedAt = (url: string, origin: string): string =>
  `${url}/${createHash('sha256').update(origin).digest('hex')}/checkpoint`;

/** The way to one witness: what it is known to have cosigned, and how it gets the newest head (c2sp.org/tlog-witness). */
export class WitnessLink {
  readonly #peer: WitnessPeer;
  readonly #log: OwnLog;
  readonly #wire: Wire;
  readonly #cosigned: CosignedHeads;
  #known: number;
  /** Whether its memory has been compared with the log in this run: nothing goes to it before. */
  #isCompared = false;

  constructor(
    peer: WitnessPeer,
    { log, wire, cosigned }: { readonly log: OwnLog; readonly wire: Wire; readonly cosigned: CosignedHeads },
  ) {
    this.#peer = peer;
    this.#log = log;
    this.#wire = wire;
    this.#cosigned = cosigned;
    this.#known = cosigned.lastOf(this.name)?.size ?? 0;
  }

  get name(): string {
    return this.#peer.verifier.name;
  }

  get url(): string | undefined {
    return this.#peer.url();
  }

  /**
   * Compares what the witness remembers of this log with the log. Gives what is wrong with the log, if anything is.
   * @throws Error when the witness does not answer
   */
  async compare(): Promise<LedgerFault | undefined> {
    const { url } = this;
    if (url === undefined) return undefined;
    const answer = await this.#wire(rememberedAt(url, this.#log.origin));
    // 404: it has never cosigned a head of this log, or serves none. That is an answer too.
    const fault = answer.status === 200 ? contradiction(this.#log, textOf(answer), this.name) : undefined;
    if (fault === undefined && (answer.status === 200 || answer.status === 404)) this.#isCompared = true;
    return fault;
  }

  /**
   * Brings the witness to this head and keeps its cosignature. Doing it again only renews the cosignature.
   * Gives the fault when the witness proves that the log forgot what it signed.
   * @throws Error when the witness is away or unwilling
   */
  async push(head: SignedHead): Promise<LedgerFault | undefined> {
    if (this.url === undefined) return undefined;
    const forgotten = this.#isCompared ? undefined : await this.compare();
    if (forgotten !== undefined) return forgotten;
    const stale = await this.#offer(head);
    if (stale === undefined) return undefined;
    // 409 or 422: the witness knows another size than we thought, or another tree.
    const fault = await this.compare();
    if (fault !== undefined) return fault;
    if (stale.size === undefined || stale.size > head.size) throw new Unwilling(`${this.name} does not take this head`);
    this.#known = stale.size;
    if ((await this.#offer(head)) !== undefined)
      throw new Unwilling(`${this.name} refused the proof from its own size`);
    return undefined;
  }

  /** Undefined when the head has been cosigned; else the size that the witness names, if it names one. */
  async #offer(head: SignedHead): Promise<{ readonly size: number | undefined } | undefined> {
    const oldSize = Math.min(this.#known, head.size);
    const path = ownConsistency(this.#log, oldSize, head.size);
    const lines = [`old ${oldSize}`, ...path.map(toBase64), '', head.note];
    const answer = await this.#wire(`${this.url ?? ''}/add-checkpoint`, lines.join('\n'));
    if (answer.status === 409) return { size: sizeIn(textOf(answer)) };
    if (answer.status === 422) return { size: undefined };
    if (answer.status !== 200) throw new Unwilling(`${this.name} answered ${answer.status}`);
    this.#keep(head, textOf(answer));
    this.#known = head.size;
    return undefined;
  }

  #keep(head: SignedHead, lines: string): void {
    const { verifier } = this.#peer;
    const note = `${parseNote(head.note)?.text ?? ''}\n${lines}`;
    // Lines of other keys are ignored; one of this key that does not verify refuses the whole answer.
    if (!openNote(note, [verifier]).ok) throw new Unwilling(`${this.name} answered without its own cosignature`);
    const line = parseNote(note)?.signatures.find(
      ({ name, keyId }) => name === verifier.name && sameBytes(keyId, verifier.keyId),
    );
    if (line !== undefined) this.#cosigned.add(head, { line, time: verifier.timeOf(line.signature) });
  }
}

const sizeIn = (text: string): number | undefined => {
  const size = /^(0|[1-9]\d*)\n$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(size) ? size : undefined;
};
