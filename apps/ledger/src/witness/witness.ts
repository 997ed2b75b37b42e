import { createHash } from 'node:crypto';
import {
  cosign,
  formatNote,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  parseAddCheckpoint,
  parseNote,
  readCosignature,
  sameBytes,
  toBase64,
  witnessDecision,
} from '@delta-hub/ledger';
import type { SignedHead } from '../ledger-store.js';
import { sha256Tree } from '../log-identity.js';
import type { WitnessedHeads } from './witnessed-heads.js';

export interface WitnessAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

interface Deps {
  /** The keys of the logs that this node witnesses, by origin. Its own is not among them. */
  readonly logs: ReadonlyMap<string, () => readonly NoteVerifier[]>;
  readonly signer: NoteSigner;
  readonly heads: WitnessedHeads;
  /** Unix seconds. */
  readonly now: () => number;
  /** Told of a head that a log signed and that is not the one this node cosigned at that size. */
  readonly forked: (known: SignedHead, other: string) => void;
}

const TEXT = 'text/plain; charset=utf-8';
const plain = (status: number, body: string): WitnessAnswer => ({ status, type: TEXT, body: `${body}\n` });

/** The witness that a node is for the logs of the others: https://c2sp.org/tlog-witness, status for status. */
export class Witness {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Answers the body of an `add-checkpoint` request. What it cosigns is on the disk before it answers. */
  addCheckpoint(body: string): WitnessAnswer {
    const request = parseAddCheckpoint(body);
    if (request === undefined) return plain(400, 'malformed request');
    const { logs, heads, forked } = this.#deps;
    /** What the decision is made on, and nothing that another process may have written since. */
    const known: { head?: SignedHead | undefined } = {};
    const decision = witnessDecision(
      sha256Tree,
      request,
      (origin) => logs.get(origin)?.(),
      (origin) => (known.head = heads.read(origin)),
    );
    switch (decision.status) {
      case 200: {
        const { note, line } = this.#cosigned(request.note, decision.text, decision.head.origin, known.head);
        // Should another process hold the file too, the slower of the two loses here.
        if (!heads.advance(known.head, { ...decision.head, note }))
          return conflict(heads.read(decision.head.origin)?.size ?? 0);
        return { status: 200, type: TEXT, body: line };
      }
      case 409:
        return conflict(decision.size);
      case 422:
        if (known.head?.size === decision.head.size) forked(known.head, request.note);
        return plain(422, 'not consistent with what this witness cosigned');
      case 400:
        return plain(400, 'malformed request');
      case 403:
        return plain(403, 'not signed by a trusted key of this log');
      case 404:
        return plain(404, 'not a log that this node witnesses');
    }
  }

  /** The newest cosigned head of the log whose origin has this SHA-256, in lower-case hex. */
  newest(originHash: string): string | undefined {
    const origin = [...this.#deps.logs.keys()].find(
      (one) => createHash('sha256').update(one).digest('hex') === originHash,
    );
    return origin === undefined ? undefined : this.#deps.heads.read(origin)?.note;
  }

  /** Seconds by which the clock is behind the time of what this witness has cosigned; 0 when it is not. */
  clockBehind(): number {
    const { logs, heads, signer, now } = this.#deps;
    return Math.max(0, ...[...logs.keys()].map((origin) => lastTime(heads.read(origin), signer) - now()));
  }

  /** The note with the signatures of the log that were verified and ours, and nothing else that came with it. */
  #cosigned(
    note: string,
    text: string,
    origin: string,
    known: SignedHead | undefined,
  ): { readonly note: string; readonly line: string } {
    const { logs, signer, now } = this.#deps;
    const trusted = logs.get(origin)?.() ?? [];
    // The time by which others date the entries of this log never goes back, whatever our clock does.
    const own = cosign(text, Math.max(now(), lastTime(known, signer)), signer);
    const kept = (parseNote(note)?.signatures ?? []).filter(({ name, keyId }) =>
      trusted.some((verifier) => verifier.name === name && sameBytes(verifier.keyId, keyId)),
    );
    return { note: formatNote({ text, signatures: [...kept, own] }), line: lineOf(own) };
  }
}

/** When this witness cosigned the head that it knows, in Unix seconds. */
const lastTime = (known: SignedHead | undefined, { name, keyId }: NoteSigner): number => {
  const lines = parseNote(known?.note ?? '')?.signatures ?? [];
  const own = lines.find((line) => line.name === name && sameBytes(line.keyId, keyId));
  return own === undefined ? 0 : (readCosignature(own)?.time ?? 0);
};

const conflict = (size: number): WitnessAnswer => ({ status: 409, type: 'text/x.tlog.size', body: `${size}\n` });

const lineOf = ({ name, keyId, signature }: NoteSignature): string =>
  `\u2014 ${name} ${toBase64(Uint8Array.of(...keyId, ...signature))}\n`;
