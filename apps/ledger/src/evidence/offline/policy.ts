import { parseVkey, LOG_KEY, type Vkey, WITNESS_KEY } from './note.js';
import type { Primitives } from './primitives.js';

/** Nobody but the log itself vouches for a head, enough witnesses do, or all of them. */
export type Level = 'LOCAL' | 'WITNESSED' | 'SEALED';

export const LEVELS: readonly Level[] = ['LOCAL', 'WITNESSED', 'SEALED'];

/** A policy of https://c2sp.org/tlog-policy in the form in which the hub writes it. */
export interface Policy {
  /** The node whose log it is. */
  readonly node: string;
  readonly log: Vkey;
  readonly witnesses: readonly Vkey[];
  /** How many of the witnesses make each level; undefined for a log without witnesses. */
  readonly needed: { readonly witnessed: number; readonly sealed: number } | undefined;
}

/**
 * Reads a policy: one `log`; then either `quorum none`, or its witnesses, `group witnessed <n>` and `group sealed all` of
 * all of them and `quorum witnessed`. Undefined for every other text.
 */
export const parsePolicy = async (primitives: Primitives, text: string): Promise<Policy | undefined> => {
  const [first = '', ...lines] = text.split('\n');
  const log = first.startsWith('log ') ? await parseVkey(primitives, first.slice(4)) : undefined;
  const node = /^delta-hub\.cn\/ledger\/([1-9]\d)$/.exec(log?.name ?? '')?.[1];
  if (log?.type !== LOG_KEY || node === undefined) return undefined;
  const named = lines.filter((line) => line.startsWith('witness '));
  const witnesses: Vkey[] = [];
  const labels: string[] = [];
  for (const line of named) {
    const [, label = '', vkey = ''] = /^witness (W_[1-9]\d) (\S+)$/.exec(line) ?? [];
    const witness = await parseVkey(primitives, vkey);
    if (witness?.type !== WITNESS_KEY || witness.name !== `delta-hub.cn/witness/${label.slice(2)}`) return undefined;
    if (labels.includes(label) || label === `W_${node}`) return undefined;
    labels.push(label);
    witnesses.push(witness);
  }
  const rest = lines.slice(named.length).join('\n');
  if (named.length === 0) return rest === 'quorum none\n' ? { node, log, witnesses, needed: undefined } : undefined;
  const members = labels.join(' ');
  const [, digits] = /^group witnessed ([1-9]\d?) /.exec(rest) ?? [];
  const wanted = `group witnessed ${digits} ${members}\ngroup sealed all ${members}\nquorum witnessed\n`;
  const witnessed = Number(digits);
  if (rest !== wanted || witnessed > witnesses.length) return undefined;
  return { node, log, witnesses, needed: { witnessed, sealed: witnesses.length } };
};

/** The level that this many different witnesses make. */
export const levelOf = ({ needed }: Policy, cosigners: number): Level => {
  if (needed === undefined || cosigners < needed.witnessed) return 'LOCAL';
  return cosigners < needed.sealed ? 'WITNESSED' : 'SEALED';
};
