/** The policy file of https://c2sp.org/tlog-policy: which logs, which witnesses, and how many of them are enough. */
import { type Hash, sameBytes } from './merkle-tree.js';
import { formatVerifierKey, type NoteKey, parseVerifierKey } from './signed-note.js';

export interface PolicyLog {
  readonly key: NoteKey;
  readonly url?: string;
}

export interface PolicyWitness extends PolicyLog {
  /** Its name inside the file; means nothing outside. */
  readonly name: string;
}

export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
}

export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** A witness or group; `none`: no cosignature is needed. */
  readonly quorum: string;
}

export type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly line: number; readonly reason: string };

// eslint-disable-next-line no-control-regex -- the specification allows no control character but tab and newline
const UNCLEAN = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** Reads a policy; what is wrong comes back with its line, counted from 1. */
export const parsePolicy = (hash: Hash, text: string): ParsedPolicy => {
  const draft: Draft = { logs: [], witnesses: [], groups: [], quorum: undefined };
  const lines = text.split('\n');
  const unclean = lines.findIndex((line) => UNCLEAN.test(line));
  if (unclean >= 0) return { ok: false, line: unclean + 1, reason: 'a control character' };
  for (const [at, line] of lines.entries()) {
    const [keyword, ...words] = line.split(/[ \t]+/).filter((word) => word !== '');
    if (keyword === undefined || keyword.startsWith('#')) continue;
    const reason = Object.hasOwn(readers, keyword) ? readers[keyword]?.(draft, words, hash) : `unknown word ${keyword}`;
    if (reason !== undefined) return { ok: false, line: at + 1, reason };
  }
  const { quorum, ...rest } = draft;
  if (quorum === undefined) return { ok: false, line: lines.length, reason: 'no quorum' };
  return { ok: true, policy: { ...rest, quorum } };
};

interface Draft {
  readonly logs: PolicyLog[];
  readonly witnesses: PolicyWitness[];
  readonly groups: PolicyGroup[];
  quorum: string | undefined;
}

type Reader = (draft: Draft, words: readonly string[], hash: Hash) => string | undefined;

const readers: Readonly<Record<string, Reader>> = {
  log: (draft, [vkey = '', url, ...more], hash) => {
    const key = parseVerifierKey(hash, vkey);
    if (key === undefined || more.length > 0) return 'log <vkey> [<url>]';
    if (draft.logs.some((log) => sameBytes(log.key.publicKey, key.publicKey))) return 'a log that is there twice';
    draft.logs.push({ key, ...(url === undefined ? {} : { url }) });
    return undefined;
  },
  witness: (draft, [name = '', vkey = '', url, ...more], hash) => {
    const key = parseVerifierKey(hash, vkey);
    if (key === undefined || more.length > 0) return 'witness <name> <vkey> [<url>]';
    if (draft.witnesses.some((known) => sameBytes(known.key.publicKey, key.publicKey)))
      return 'a witness that is there twice';
    if (isTaken(draft, name)) return `the name ${name} is taken`;
    draft.witnesses.push({ name, key, ...(url === undefined ? {} : { url }) });
    return undefined;
  },
  group: (draft, [name = '', number = '', ...members]) => {
    if (isTaken(draft, name)) return `the name ${name} is taken`;
    const unknown = members.find((member) => member === 'none' || !isTaken(draft, member));
    if (unknown !== undefined) return `unknown member ${unknown}`;
    const elsewhere = draft.groups.flatMap((group) => group.members);
    if (new Set([...members, ...elsewhere]).size < members.length + elsewhere.length)
      return 'a member that is there twice';
    const threshold =
      number === 'all' ? members.length : number === 'any' ? 1 : /^[1-9]\d*$/.test(number) ? Number(number) : 0;
    if (threshold < 1 || threshold > members.length) return 'group <name> all|any|<number> <member>...';
    draft.groups.push({ name, threshold, members });
    return undefined;
  },
  quorum: (draft, [name = '', ...more]) => {
    if (more.length > 0 || !isTaken(draft, name)) return 'quorum none|<name>';
    if (draft.quorum !== undefined) return 'a second quorum';
    draft.quorum = name;
    return undefined;
  },
};

const isTaken = ({ witnesses, groups }: Draft, name: string): boolean =>
  name === 'none' || [...witnesses, ...groups].some((known) => known.name === name);

export const formatPolicy = ({ logs, witnesses, groups, quorum }: Policy): string =>
  [
    ...logs.map(({ key, url }) => ['log', formatVerifierKey(key), url]),
    ...witnesses.map(({ name, key, url }) => ['witness', name, formatVerifierKey(key), url]),
    ...groups.map(({ name, threshold, members }) => [
      'group',
      name,
      threshold === members.length ? 'all' : String(threshold),
      ...members,
    ]),
    ['quorum', quorum],
  ]
    .map((words) => `${words.filter((word) => word !== undefined).join(' ')}\n`)
    .join('');

/** Whether these witnesses, by their names in the file, satisfy a group (the quorum when none is named). */
export const isSatisfied = (policy: Policy, group: string | undefined, witnesses: ReadonlySet<string>): boolean => {
  const name = group ?? policy.quorum;
  if (name === 'none') return true;
  const found = policy.groups.find((one) => one.name === name);
  if (found === undefined) return witnesses.has(name) && policy.witnesses.some((one) => one.name === name);
  return found.members.filter((member) => isSatisfied(policy, member, witnesses)).length >= found.threshold;
};
