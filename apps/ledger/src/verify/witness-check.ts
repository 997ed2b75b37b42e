import { existsSync, readFileSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type KeyHistory, sha256, type TrustList } from '@delta-hub/crypto';
import {
  addSignatures,
  type NodeReader,
  parseForkProof,
  parsePolicy,
  type Policy,
  rootAt,
  sameBytes,
  type TileReader,
  toBase64,
  verifyForkProof,
} from '@delta-hub/ledger';
import { guarded, openToRead } from '../database-file.js';
import { ledgerPaths } from '../ledger-paths.js';
import type { SignedHead } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin, pastVerifiers, sha256Tree } from '../log-identity.js';
import { warmNodes } from '../warm-nodes.js';
import { bytesIn, numberIn, prepare, type Row, textIn } from '../row.js';
import { headFault } from '../signed-head.js';
import { signedHeadIn } from '../sqlite-lock-store.js';
import { LEVELS, medianOf } from '../witness/level.js';
import { levelBy } from '../witness/policy-file.js';
import { type Standing, standingOf } from '../witness/standing.js';
import { witnessFile } from '../witness/witness-file.js';
import { type Cosigner, cosignerOf, cosignersOf } from '../witness/witness-keys.js';
import { finding } from './finding.js';
import type { Finding } from './report.js';

/** The log that a `witness.db` stands beside. */
export interface WitnessedLog {
  readonly origin: string;
  readonly keys: KeyHistory;
  readonly trust: TrustList;
  /** Entries that were verified, and how many of them in an earlier verification. */
  readonly size: number;
  readonly from: number;
  readonly tile: TileReader;
  /** Whether the log has a head of this size. */
  readonly hasHead: (size: number) => boolean;
}

/**
 * A node's `witness.db` as it was when this was opened. What others cosigned of the log must be what the log has, each
 * time and level as the cosignatures give it; what the node cosigned for others, and the forks it knows, as signed.
 */
export class WitnessCheck {
  readonly #path: string;
  readonly #policy: Policy | undefined;
  readonly #db: DatabaseSync | undefined;
  readonly #cosignatures: StatementSync | undefined;

  /** MUST be opened before the log is: a running log has at least what its witnesses have. @throws LedgerFault */
  constructor(directory: string) {
    const { witness, policy } = ledgerPaths(directory);
    this.#path = witness;
    this.#policy = policyIn(policy);
    if (!existsSync(witness)) return;
    this.#db = openToRead(witness, witnessFile);
    // A reading transaction begins with its first statement.
    guarded(witness, () => this.#db?.exec('BEGIN; SELECT count(*) FROM sqlite_schema'));
    this.#cosignatures = prepare(this.#db, 'SELECT * FROM cosignatures WHERE size = ? ORDER BY witness, key_id');
  }

  /** @throws LedgerFault `LEDGER_DAMAGED` when a row cannot be read */
  fault(log: WitnessedLog): Finding | undefined {
    const db = this.#db;
    if (db === undefined) return undefined;
    return guarded(this.#path, () => this.#ownFault(db, log) ?? strangersFault(db, log) ?? forksFault(db, log));
  }

  /** How far the witnesses of the trust list bear out a head of the log, by what is kept of them. */
  standingOf(head: SignedHead, trust: TrustList): Standing {
    return standingBy(this.#cosignaturesOf(head.size), head, trust);
  }

  close(): void {
    this.#db?.close();
  }

  #cosignaturesOf(size: number): readonly Kept[] {
    return (this.#cosignatures?.all(size) ?? []).map(keptIn);
  }

  #ownFault(db: DatabaseSync, log: WitnessedLog): Finding | undefined {
    const homeless = prepare(
      db,
      'SELECT size FROM cosignatures WHERE size NOT IN (SELECT size FROM own_heads) LIMIT 1',
    );
    const row = homeless.get();
    if (row !== undefined) return finding('COSIGNATURE', at(numberIn(row, 'size')), 'a head that was cosigned', 'none');
    const verifiers = headVerifiers(log.keys, nodeOfOrigin(log.origin) ?? '');
    const judge = { ...log, verifiers, cosigners: this.#cosigners(log), nodes: warmNodes(sha256Tree, log.tile) };
    const heads = prepare(
      db,
      'SELECT size, root, note, level, witnessed_at FROM own_heads WHERE size > ? ORDER BY size',
    );
    // Rows before 0 are wrong whatever was verified earlier.
    const below = prepare(db, 'SELECT min(size) AS size FROM own_heads HAVING min(size) < 0').get();
    if (below !== undefined)
      return finding('HEAD_SIZE', undefined, 'a cosigned head of entries', String(below['size']));
    for (const head of heads.iterate(log.from)) {
      const fault = this.#headFault(head, judge);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #headFault(row: Row, judge: WitnessedLog & Judge): Finding | undefined {
    const head = signedHeadIn({ ...row, origin: judge.origin });
    const { size, root, note } = head;
    if (size > judge.size)
      return finding('HEAD_SIZE', judge.size, `${size} entries: a head of them was cosigned`, `${judge.size}`);
    const wrong = headFault(head, judge.verifiers);
    if (wrong !== undefined) return finding('HEAD_NOTE', at(size), 'a cosigned head as the log signed it', wrong);
    const own = rootAt(sha256Tree, judge.nodes, size);
    if (!sameBytes(own, root)) return finding('HEAD_ROOT', at(size), toBase64(root), toBase64(own));
    if (!judge.hasHead(size)) return finding('HEAD_SIZE', at(size), `a head of ${size}, which was cosigned`, 'none');
    const cosignatures = this.#cosignaturesOf(size);
    for (const { first, last, times } of cosignatures) {
      const cosigner = judge.cosigners.find(({ name, keyId }) => name === first.name && sameBytes(keyId, first.keyId));
      if (cosigner === undefined) continue;
      const text = new TextEncoder().encode(note.slice(0, note.indexOf('\n\n') + 1));
      // Of a head that was cosigned once they are one signature.
      const different = sameBytes(first.signature, last.signature) ? [first] : [first, last];
      const isOwn = different.every(({ signature }) => cosigner.verify(text, signature));
      if (!isOwn) return finding('COSIGNATURE', at(size), `a cosignature by ${first.name}`, 'another signature');
      const signed = [first, last].map(({ signature }) => cosigner.timeOf(signature)).join(' and ');
      if (times.join(' and ') !== signed)
        return finding('COSIGNATURE', at(size), `the times ${signed} of ${first.name}`, times.join(' and '));
    }
    return this.#levelFault(row, head, cosignatures, judge.trust);
  }

  /** Level and time are derived from the cosignatures: by the policy as it is, or by the trust list alone. */
  #levelFault(row: Row, head: SignedHead, cosignatures: readonly Kept[], trust: TrustList): Finding | undefined {
    const level = LEVELS[numberIn(row, 'level')];
    const byPolicy = this.#policy && levelBy(this.#policy)(new Set(cosignatures.map(({ first }) => first.name)));
    const borne = [byPolicy ?? 'LOCAL', standingBy(cosignatures, head, trust).level].map((one) => LEVELS.indexOf(one));
    if (level === undefined || LEVELS.indexOf(level) > Math.max(...borne))
      return finding('COSIGNATURE', at(head.size), LEVELS[Math.max(...borne)] ?? 'LOCAL', level ?? 'no level');
    const median = medianOf(cosignatures.map(({ times: [first] }) => first));
    const kept = numberIn(row, 'witnessed_at');
    return median === kept ? undefined : finding('COSIGNATURE', at(head.size), `witnessed at ${median}`, String(kept));
  }

  /** Of the trust list, and foreign ones of the policy. A key that neither names any more cannot be judged. */
  #cosigners({ trust }: WitnessedLog): readonly Cosigner[] {
    return [
      ...[...cosignersOf(trust).values()].flat(),
      ...(this.#policy?.witnesses ?? []).map(({ key }) => cosignerOf(key)),
    ];
  }
}

/** The policy of the node; undefined where there is none, or none that a start would take. */
const policyIn = (file: string): Policy | undefined => {
  const parsed = existsSync(file) ? parsePolicy(sha256, readFileSync(file, 'utf8')) : undefined;
  return parsed?.ok === true ? parsed.policy : undefined;
};

interface Judge {
  readonly verifiers: ReturnType<typeof headVerifiers>;
  readonly cosigners: readonly Cosigner[];
  readonly nodes: NodeReader;
}

interface Line {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** What is kept of one witness for one head. */
interface Kept {
  readonly first: Line;
  readonly last: Line;
  readonly times: readonly [first: number, last: number];
}

const standingBy = (cosignatures: readonly Kept[], { origin, note }: SignedHead, trust: TrustList): Standing => {
  const lines = cosignatures.map(({ first }) => first);
  return standingOf(addSignatures(note, lines), trust, nodeOfOrigin(origin) ?? '');
};

const keptIn = (row: Row): Kept => {
  const key = { name: textIn(row, 'witness'), keyId: bytesIn(row, 'key_id') };
  return {
    first: { ...key, signature: bytesIn(row, 'first_signature') },
    last: { ...key, signature: bytesIn(row, 'last_signature') },
    times: [numberIn(row, 'first_time'), numberIn(row, 'last_time')],
  };
};

/** What this node cosigned for the others: each head as its log signed it. */
const strangersFault = (db: DatabaseSync, { keys }: WitnessedLog): Finding | undefined => {
  for (const row of prepare(db, 'SELECT origin, size, root, note FROM witnessed ORDER BY origin').all()) {
    const head = signedHeadIn(row);
    const wrong = headFault(head, pastVerifiers(keys, nodeOfOrigin(head.origin) ?? ''));
    if (wrong !== undefined) return finding('HEAD_NOTE', undefined, `a signed head of ${head.origin}`, wrong);
  }
  return undefined;
};

const forksFault = (db: DatabaseSync, { keys }: WitnessedLog): Finding | undefined => {
  for (const row of prepare(db, 'SELECT origin, proof FROM forks ORDER BY id').all()) {
    const [origin, proof] = [textIn(row, 'origin'), parseForkProof(textIn(row, 'proof'))];
    const verifiers = pastVerifiers(keys, nodeOfOrigin(origin) ?? '');
    if (proof?.origin !== origin || !verifyForkProof(sha256Tree, proof, verifiers))
      return finding('FILE', undefined, `a proof that ${origin} has forked`, 'none');
  }
  return undefined;
};

const at = (size: number): number => Math.max(0, size - 1);
