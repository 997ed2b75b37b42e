import { jwks, type PublicJwk, canonicalJson, sha256, type JsonValue } from '@delta-hub/crypto';
import { toBase64 } from '@delta-hub/ledger';
import type { SignedHead } from '../ledger-store.js';
import { reportText, type Facts } from './offline/report-text.js';
import type { EvidenceFiles } from './zip.js';

/** What a bundle is made of. */
export interface Evidence {
  readonly leaf: Uint8Array;
  /** The key that signed the event. */
  readonly publicJwk: PublicJwk;
  /** The head that the proof leads to, with the cosignatures of the policy's witnesses and no others. */
  readonly head: SignedHead;
  readonly path: readonly Uint8Array[];
  /** The newest head, and what shows that it continues the other. */
  readonly latest: SignedHead;
  readonly consistency: readonly Uint8Array[];
  readonly policy: string;
  /** The events of the log that say something of keys, with their proofs under the newest head, in log order. */
  readonly keyProofs?: readonly {
    readonly leaf: Uint8Array;
    readonly index: number;
    readonly path: readonly Uint8Array[];
  }[];
  readonly facts: Facts;
}

/** The files of a bundle in their order; the same evidence gives the same bytes. */
export const bundleFiles = ({
  leaf,
  publicJwk,
  head,
  path,
  latest,
  consistency,
  policy,
  keyProofs = [],
  facts,
}: Evidence): EvidenceFiles =>
  bound({
    'report.txt': reportText(facts),
    'event.jws': leaf,
    'event.tlog-proof': tlogProof(facts.index, path, head.note),
    'policy.txt': policy,
    'keys.jwks': canonicalJson(jwks([{ kid: facts.kid, jwk: publicJwk }]) as unknown as JsonValue),
    'checkpoint.latest': latest.note,
    'consistency.txt': hashLines(consistency),
    ...Object.fromEntries<Uint8Array | string>(
      keyProofs.flatMap<readonly [string, Uint8Array | string]>((one, at) => [
        [`keys.proof/${at + 1}.jws`, one.leaf],
        [`keys.proof/${at + 1}.tlog-proof`, tlogProof(one.index, one.path, latest.note)],
      ]),
    ),
  });

/** These files, and before them the manifest that binds each by its digest. */
export const bound = (files: Readonly<Record<string, Uint8Array | string>>): EvidenceFiles => {
  const contents = Object.entries(files).map(
    ([name, content]) => [name, new Uint8Array(Buffer.from(content))] as const,
  );
  return new Map([['manifest.json', new Uint8Array(Buffer.from(manifestText(contents)))], ...contents]);
};

/** `manifest.json`: SHA-256 in hexadecimal of each other file, in canonical JSON, and a newline. */
export const manifestText = (files: Iterable<readonly [string, Uint8Array]>): string => {
  const digests = [...files].map(([name, bytes]) => [name, Buffer.from(sha256(bytes)).toString('hex')] as const);
  return `${canonicalJson({ files: Object.fromEntries<string>(digests), format: 'delta-hub.cn/evidence@v1' })}\n`;
};

/** https://c2sp.org/tlog-proof@v1 */
export const tlogProof = (index: number, path: readonly Uint8Array[], note: string): string =>
  `c2sp.org/tlog-proof@v1\nindex ${index}\n${hashLines(path)}\n${note}`;

export const hashLines = (hashes: readonly Uint8Array[]): string =>
  hashes.map((hash) => `${toBase64(hash)}\n`).join('');
