import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { sha256, type TrustList } from '@delta-hub/crypto';
import {
  COSIGNATURE_V1,
  formatPolicy,
  isSatisfied,
  type NoteKey,
  parsePolicy,
  parseVerifierKey,
  type Policy,
} from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import type { Level } from './level.js';

/** The group that is the quorum of a policy that the hub writes. */
const PEERS = 'witnessed';

/**
 * The node's policy, from its file: a c2sp.org/tlog-policy text. Where there is no file it is written: the witnesses of
 * the trust list, two of them for a quorum. A witness of somebody else is one more `witness` line with its address; it
 * counts when it is made a member of the quorum's group.
 * @throws LedgerFault `POLICY_INVALID` naming the line
 */
export const openPolicy = (file: string, trust: TrustList, node: string): Policy => {
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, formatPolicy(defaultPolicy(trust, node)));
    renameSync(`${file}.new`, file);
  }
  const parsed = parsePolicy(sha256, readFileSync(file, 'utf8'));
  if (!parsed.ok) throw new LedgerFault('POLICY_INVALID', `${file}: line ${parsed.line}: ${parsed.reason}`);
  const other = parsed.policy.witnesses.find(({ key }) => key.type !== COSIGNATURE_V1);
  if (other !== undefined)
    throw new LedgerFault('POLICY_INVALID', `${file}: witness ${other.name} does not make cosignature/v1`);
  return parsed.policy;
};

/**
 * The level of a head that these witnesses, by the names of their keys, have cosigned: WITNESSED when they are the
 * policy's quorum, SEALED when nobody who could count towards it is missing.
 */
export const levelBy =
  (policy: Policy) =>
  (keyNames: ReadonlySet<string>): Level => {
    const names = new Set(policy.witnesses.filter(({ key }) => keyNames.has(key.name)).map(({ name }) => name));
    if (names.size === 0 || !isSatisfied(policy, undefined, names)) return 'LOCAL';
    return membersOf(policy, policy.quorum).every((name) => names.has(name)) ? 'SEALED' : 'WITNESSED';
  };

/** The witnesses that a witness or group consists of, through groups of groups. */
const membersOf = (policy: Policy, name: string | undefined): readonly string[] => {
  const group = policy.groups.find((one) => one.name === name);
  if (group !== undefined) return group.members.flatMap((member) => membersOf(policy, member));
  return policy.witnesses.filter((one) => one.name === name).map((one) => one.name);
};

const defaultPolicy = (trust: TrustList, node: string): Policy => {
  const own = trust.nodes.find((one) => one.node === node);
  const witnesses = trust.nodes
    .filter((one) => one.node !== node)
    .flatMap((one) => keysOf(one.witnessKeys.slice(-1)).map((key) => ({ name: `W_${one.node}`, key })));
  const members = witnesses.map(({ name }) => name);
  return {
    logs: keysOf(own?.ledgerKeys ?? []).map((key) => ({ key })),
    witnesses,
    groups: members.length === 0 ? [] : [{ name: PEERS, threshold: Math.min(2, members.length), members }],
    quorum: members.length === 0 ? 'none' : PEERS,
  };
};

const keysOf = (keys: readonly { readonly vkey: string }[]): readonly NoteKey[] =>
  keys.map(({ vkey }) => parseVerifierKey(sha256, vkey)).filter((key) => key !== undefined);
