import { type NoteKey, parseVkey, type TrustList } from '@delta-hub/crypto';

/** A policy (https://c2sp.org/tlog-policy) as it stands in a bundle: one log key, one key of each witness. */
export interface EvidencePolicy {
  readonly log: string;
  readonly witnesses: readonly string[];
  /** How many witnesses make the level `WITNESSED`; all of them make `SEALED`. */
  readonly witnessed: number;
}

/** Two of the peers, or all when there are fewer. */
const WITNESSED_BY = 2;

/** The node in the name of a log's or a witness's key. */
export const nodeIn = (vkey: string): string => vkey.slice(0, vkey.indexOf('+')).split('/').at(-1) ?? '';

const labelOf = (vkey: string): string => `W_${nodeIn(vkey)}`;

/** What the trust list asks for: of each other node that has a witness key, its newest. `log` is the key that signed. */
export const policyBy = (trust: TrustList, node: string, log: string): EvidencePolicy => {
  const witnesses = trust.nodes
    .filter((one) => one.node !== node)
    .flatMap(({ witnessKeys }) => witnessKeys.slice(-1).map(({ vkey }) => vkey));
  return { log, witnesses, witnessed: Math.min(WITNESSED_BY, witnesses.length) };
};

export const policyText = ({ log, witnesses, witnessed }: EvidencePolicy): string => {
  const members = witnesses.map(labelOf);
  const groups = [
    `group witnessed ${witnessed} ${members.join(' ')}`,
    `group sealed all ${members.join(' ')}`,
    'quorum witnessed',
  ];
  return [
    `log ${log}`,
    ...witnesses.map((vkey) => `witness ${labelOf(vkey)} ${vkey}`),
    ...(witnesses.length === 0 ? ['quorum none'] : groups),
    '',
  ].join('\n');
};

/** Reads a policy that `policyText` wrote, every key sound and of its kind; undefined for every other text. */
export const readPolicyText = (text: string): EvidencePolicy | undefined => {
  const words = text.split('\n').map((line) => line.split(' '));
  const log = words.find(([kind]) => kind === 'log')?.[1] ?? '';
  const witnesses = words.filter(([kind]) => kind === 'witness').map(([, , vkey = '']) => vkey);
  const witnessed = Number(words.find(([kind, name]) => kind === 'group' && name === 'witnessed')?.[2] ?? 0);
  const policy = { log, witnesses, witnessed };
  const isWhole =
    Number.isInteger(witnessed) && witnessed <= witnesses.length && (witnesses.length === 0) === (witnessed === 0);
  if (!isWhole || policyText(policy) !== text || new Set(witnesses.map(labelOf)).size < witnesses.length)
    return undefined;
  const isSound =
    isKey(log, 1, /^delta-hub\.cn\/ledger\/[1-9]\d$/) && witnesses.every((vkey) => isKey(vkey, 4, WITNESS));
  return isSound ? policy : undefined;
};

const WITNESS = /^delta-hub\.cn\/witness\/[1-9]\d$/;

const isKey = (vkey: string, type: number, name: RegExp): boolean => {
  const key = noteKeyOf(vkey);
  return key?.type === type && name.test(key.name);
};

/** The key of a vkey; undefined when it is malformed or weak. */
export const noteKeyOf = (vkey: string): NoteKey | undefined => {
  const known = keys.get(vkey);
  if (known !== undefined) return known;
  try {
    const key = parseVkey(vkey);
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(vkey, key);
    return key;
  } catch {
    // parseVkey has one error: a key that is malformed or weak.
    return undefined;
  }
};

/** Reading a key costs more than a verification, and most bundles name the same few. */
const keys = new Map<string, NoteKey>();
const MOST_KEYS = 64;
