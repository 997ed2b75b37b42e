import { anchorFault, type AnchorFault } from './anchor.js';
import { fromUtf8, toHex } from './encodings.js';
import { type EventFault, openEvent, parseKeys } from './event.js';
import { digestOf, keyProofNames, parseKeyProofs } from './key-proofs.js';
import { continues, includes, leafHash } from './merkle.js';
import { type Checkpoint, cosignersOf, isSignedBy, parseCheckpoint, parseHashes, parseProof } from './note.js';
import { levelOf, type Level, LEVELS, parsePolicy, type Policy } from './policy.js';
import type { Primitives } from './primitives.js';
import { type Facts, reportText } from './report-text.js';
import type { Anchor } from './trust-anchor.js';
import { type Files, readZip } from './zip-reader.js';

/** The first check that failed. Stable and public; in the order in which the checks are made. */
export type EvidenceCode =
  /** Not a ZIP archive in the hub's one form. */
  | 'ZIP'
  /** A file is missing, or there is one that does not belong. */
  | 'FILES'
  /** A file is not the one that the manifest binds, or the manifest is not in its one form. */
  | 'MANIFEST'
  /** `keys.jwks` is not one sound key in its one form. */
  | 'KEYS'
  | EventFault
  | 'POLICY'
  /** The proof, or the head in it, is not in its one form or of another log than that of the signing node. */
  | 'PROOF'
  | 'HEAD_SIGNATURE'
  /** A cosignature is not of a witness of the policy, not of this head, or there twice. */
  | 'COSIGNATURE'
  /** The event is not at this place of the tree. */
  | 'INCLUSION'
  | 'LATEST'
  | 'LATEST_SIGNATURE'
  | 'LATEST_COSIGNATURE'
  /** The newest head does not continue the one of the proof. */
  | 'CONSISTENCY'
  /** A key event is not in its form, or not under the newest head. */
  | 'KEY_PROOF'
  /** The report says something else than what was verified. */
  | 'REPORT'
  | AnchorFault
  /** Fewer have vouched for the head than the relying party asks for. */
  | 'LEVEL';

export type Verdict =
  /** All checks passed; `isAnchored` says whether keys and policy were compared with the relying party's own. */
  | { readonly ok: true; readonly isAnchored: boolean; readonly passed: readonly EvidenceCode[]; readonly facts: Facts }
  | { readonly ok: false; readonly code: EvidenceCode; readonly passed: readonly EvidenceCode[] };

export interface Demands {
  /** The relying party's own trust list; without one a bundle is at most consistent in itself. */
  readonly anchor?: Anchor | undefined;
  /** The least level that will do; `LOCAL` unless given. */
  readonly level?: Level | undefined;
}

export const FILE_NAMES = [
  ...['manifest.json', 'report.txt', 'event.jws', 'event.tlog-proof', 'policy.txt', 'keys.jwks'],
  ...['checkpoint.latest', 'consistency.txt'],
] as const;

type FileName = (typeof FILE_NAMES)[number];

/** The names of a bundle's files: those that every bundle has, and then as many key events as the log knows of. */
const namesOf = (files: Files): string =>
  [...FILE_NAMES, ...keyProofNames(Math.max(0, (files.size - FILE_NAMES.length) / 2))].join('\n');

/** Ends a verification; carries its first failed check. */
class Refused extends Error {
  constructor(readonly evidenceCode: EvidenceCode) {
    super(evidenceCode);
  }
}

/** A step's result, or the end of the verification. */
type Step = <T>(code: EvidenceCode, result: T | undefined | false) => T;

export const verifyZip = async (primitives: Primitives, zip: Uint8Array, demands: Demands): Promise<Verdict> => {
  const files = readZip(zip);
  if (files === undefined) return { ok: false, code: 'ZIP', passed: [] };
  return verifyFiles(primitives, files, demands, ['ZIP']);
};

/** Verifies the files of a bundle. Never throws for what is in them. */
export const verifyFiles = async (
  primitives: Primitives,
  files: Files,
  demands: Demands,
  before: readonly EvidenceCode[] = [],
): Promise<Verdict> => {
  const passed = [...before];
  const step: Step = (code, result) => {
    if (result === undefined || result === false) throw new Refused(code);
    if (!passed.includes(code)) passed.push(code);
    return result;
  };
  try {
    const facts = await check(primitives, files, demands, step);
    return { ok: true, isAnchored: demands.anchor !== undefined, passed, facts };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, code: error.evidenceCode, passed };
    throw error;
  }
};

const check = async (primitives: Primitives, files: Files, demands: Demands, step: Step): Promise<Facts> => {
  step('FILES', [...files.keys()].join('\n') === namesOf(files));
  const bytes = (name: FileName): Uint8Array => files.get(name) ?? new Uint8Array(0);
  const text = (name: FileName): string => fromUtf8(bytes(name)) ?? '\uFFFF';
  step('MANIFEST', (await manifestOf(primitives, files)) === text('manifest.json'));

  const key = step('KEYS', parseKeys(text('keys.jwks')));
  const event = await openEvent(primitives, bytes('event.jws'), key);
  if (typeof event === 'string') return step<Facts>(event, undefined);
  for (const code of ['EVENT_SIZE', 'EVENT_FORM', 'EVENT_KEY', 'EVENT_SIGNATURE'] as const) step(code, true);
  for (const code of ['EVENT_CANONICAL', 'EVENT_SOURCE'] as const) step(code, true);

  const policy = step('POLICY', await parsePolicy(primitives, text('policy.txt')));
  const origin = policy.log.name;
  const { index, path, checkpoint } = step('PROOF', parseProof(text('event.tlog-proof')));
  step('PROOF', checkpoint.origin === origin);
  const cosigners = await openHead(primitives, checkpoint, policy, step, ['HEAD_SIGNATURE', 'COSIGNATURE']);
  const leaf = await leafHash(primitives, bytes('event.jws'));
  step('INCLUSION', await includes(primitives, leaf, index, path, checkpoint));

  const latest = step('LATEST', parseCheckpoint(text('checkpoint.latest')));
  step('LATEST', latest.origin === origin);
  await openHead(primitives, latest, policy, step, ['LATEST_SIGNATURE', 'LATEST_COSIGNATURE']);
  const between = step('CONSISTENCY', parseHashes(text('consistency.txt')));
  step('CONSISTENCY', await continues(primitives, checkpoint, latest, between));

  const newest = { note: text('checkpoint.latest'), head: latest };
  const keyProofs = step('KEY_PROOF', await parseKeyProofs(primitives, files, newest));
  const level = levelOf(policy, cosigners.size);
  const facts: Facts = {
    ...{ event, kid: key.kid, origin, index, size: checkpoint.size, level },
    ...{ cosigners: [...cosigners], latestSize: latest.size },
  };
  step('REPORT', reportText(facts) === text('report.txt'));
  if (demands.anchor !== undefined) {
    const digest = await digestOf(primitives, bytes('event.jws'));
    const fault = await anchorFault(primitives, demands.anchor, {
      ...{ key, policy, keyProofs, latestSize: latest.size },
      event: { id: event.id, time: event.time, digest, index },
      witnessedAt: level === 'LOCAL' ? undefined : medianOf([...cosigners.values()]),
    });
    if (fault !== undefined) return step<Facts>(fault, undefined);
    for (const code of ANCHOR_CODES) step(code, true);
  }
  step('LEVEL', LEVELS.indexOf(level) >= LEVELS.indexOf(demands.level ?? 'LOCAL'));
  return facts;
};

const ANCHOR_CODES = ['KEY_UNTRUSTED', 'KEY_PERIOD', 'KEY_COMPROMISED', 'LOG_UNTRUSTED', 'POLICY_UNTRUSTED'] as const;

/** The later of the two in the middle. */
const medianOf = (times: readonly number[]): number | undefined =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];

const openHead = async (
  primitives: Primitives,
  checkpoint: Checkpoint,
  policy: Policy,
  step: Step,
  [signature, cosignature]: readonly [EvidenceCode, EvidenceCode],
): Promise<ReadonlyMap<string, number>> => {
  step(signature, await isSignedBy(primitives, checkpoint, policy.log));
  return step(cosignature, await cosignersOf(primitives, checkpoint, policy.witnesses));
};

/** The manifest of these files: SHA-256 of each but itself, in canonical JSON. */
const manifestOf = async ({ sha256 }: Primitives, files: Files): Promise<string> => {
  const digests: string[] = [];
  for (const name of [...files.keys()].sort())
    if (name !== 'manifest.json') digests.push(`"${name}":"${toHex(await sha256(files.get(name)!))}"`);
  return `{"files":{${digests.join(',')}},"format":"delta-hub.cn/evidence@v1"}\n`;
};
