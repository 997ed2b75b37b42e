import {
  confirmedBy,
  generateKeyPair,
  isInstant,
  isLedgerKeyId,
  nodeOfKeyId,
  numberOfKeyId,
  provePossession,
  type RevocationReason,
  signerFromJwk,
} from '@delta-hub/crypto';
import { existsSync } from 'node:fs';
import { HubFault } from './faults.js';
import { type KeyOptions, newestKey, withKeys } from './keys-bench.js';
import { say } from './say.js';
import { keyFile, writePrivateKey } from './keys-files.js';

/** `delta-hub keys list`: every key of every node that this node knows, with the time in which it is valid. */
export const keysList = (options: KeyOptions): Promise<void> =>
  withKeys(options, ({ keys }) => {
    const all = Object.values(keys.periods);
    const lines = all.map(({ kid, validFrom, revoked }) => {
      return `${kid}\tfrom ${validFrom}${revoked === undefined ? '' : `\t${revoked.reason} at ${revoked.time}`}`;
    });
    say(options.json, { keys: all }, lines.join('\n'));
    return Promise.resolve();
  });

/** `delta-hub keys rotate`: the next event key, or ledger key, introduced by the present event key; it supersedes the present one. */
export const keysRotate = (
  options: KeyOptions & { readonly ledger: boolean; readonly compromisedFrom?: string },
): Promise<void> =>
  withKeys(options, async ({ node, dir, now, keys, append }) => {
    const use = options.ledger ? 'ledger' : 'event';
    const { compromisedFrom } = options;
    needInstant('--compromised-from', compromisedFrom, now);
    const by = newestKey(keys, node, now);
    const old = newestKey(keys, node, now, use);
    const numbers = Object.values(keys.periods)
      .filter((period) => period.node === node && isLedgerKeyId(period.kid) === options.ledger)
      .map(({ kid }) => numberOfKeyId(kid));
    const kidOf = (number: number): string => `${node}/${options.ledger ? 'ledger-' : ''}${number}`;
    let number = Math.max(...numbers) + 1;
    // A file that a rotation left which was cut off before its events were stored: never used, never used again.
    while (existsSync(keyFile(dir, kidOf(number)))) number += 1;
    const kid = kidOf(number);
    const { privateJwk } = generateKeyPair();
    const { kty, crv, x } = privateJwk;
    writePrivateKey(dir, kid, privateJwk);
    const key = { kid, alg: 'EdDSA', publicJwk: { kty, crv, x }, validFrom: now } as const;
    const possession = provePossession(key, by, signerFromJwk(privateJwk, kid));
    const because =
      compromisedFrom === undefined ? { reason: 'superseded' } : { reason: 'compromised', compromisedFrom };
    await append([
      { kid: by, type: 'key.introduced', data: { ...key, possession } },
      { kid: options.ledger ? by : kid, type: 'key.revoked', data: { kid: old, ...because } },
    ]);
    const what = use === 'event' ? 'signs' : 'signs the heads of the log';
    say(
      options.json,
      { introduced: kid, revoked: old, ...because },
      `${kid} ${what} from here on; ${old} is ${because.reason}`,
    );
  });

const needInstant = (option: string, value: string | undefined, now: string): void => {
  if (value === undefined) return;
  const isGood: boolean = isInstant(value);
  if (!isGood) throw new HubFault('USAGE', `${option}: ${value} is no instant YYYY-MM-DDTHH:mm:ss.sssZ`);
  // It would leave nothing in doubt, and is said once for ever.
  if (value > now) throw new HubFault('USAGE', `${option}: ${value} has not come yet`);
};

const REASONS: readonly string[] = ['superseded', 'compromised', 'lost'] satisfies RevocationReason[];

/** `delta-hub keys revoke`: takes a key away; a peer's is gone once two other nodes say so. */
export const keysRevoke = (
  options: KeyOptions & { readonly kid: string; readonly reason: string; readonly from?: string },
): Promise<void> =>
  withKeys(options, async ({ node, now, keys, append }) => {
    const { kid, from, reason } = options;
    if (!REASONS.includes(reason) || (reason === 'compromised') !== (from !== undefined))
      throw new HubFault(
        'USAGE',
        '--reason is superseded, lost or compromised; only compromised needs --from <instant>',
      );
    needInstant('--from', from, now);
    const period = keys.periods[kid];
    if (period === undefined || nodeOfKeyId(kid) === undefined) throw new HubFault('USAGE', `--kid: no key ${kid}`);
    if (period.revoked !== undefined && (reason !== 'compromised' || period.revoked.reason === 'compromised'))
      throw new HubFault('USAGE', `--kid: ${kid} is revoked already`);
    const by = newestKey(keys, node, now);
    if (by === kid) throw new HubFault('USAGE', `${kid} is the key that would say so: rotate first`);
    // Without it the node neither starts nor rotates.
    if (period.node === node && isLedgerKeyId(kid) && newestKey(keys, node, now, 'ledger') === kid)
      throw new HubFault('USAGE', `${kid} signs the heads of the log: rotate --ledger first`);
    const data = { kid, reason: reason as RevocationReason, ...(from === undefined ? {} : { compromisedFrom: from }) };
    const confirmed = confirmedBy(keys, data);
    if (confirmed.includes(node)) throw new HubFault('USAGE', `--kid: node ${node} has said so of ${kid} already`);
    await append([{ kid: by, type: 'key.revoked', data }]);
    const isGone = period.node === node || confirmed.length > 0;
    const rest = isGone ? '' : '; it counts when another node has said the same';
    say(options.json, { revoked: kid, by, isGone }, `${kid}: ${reason}, said by ${by}${rest}`);
  });
