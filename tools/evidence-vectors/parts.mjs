// What the bundles of test/vectors/evidence are made of: keys made from their names, a log, and events in it.
import { createHash, createPrivateKey } from 'node:crypto';
import {
  digest,
  parseTrustList,
  provePossession,
  signerFromJwk,
  signEvent,
  trustedNode,
  vkeyOf,
} from '../../libs/crypto/dist/index.js';
import {
  consistencyPath,
  formatNote,
  formatTreeHead,
  inclusionPath,
  rootOfLeaves,
} from '../../libs/ledger/dist/index.js';
import { bound, bundleFiles, tlogProof } from '../../apps/ledger/dist/evidence/bundle-files.js';
import { policyBy, policyText } from '../../apps/ledger/dist/evidence/evidence-policy.js';
import { sha256Tree } from '../../apps/ledger/dist/log-identity.js';

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
export const jwkOf = (name) => {
  const seed = createHash('sha256').update(`test key ${name}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const { x, d } = key.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x, d };
};
export const publicOf = ({ kty, crv, x }) => ({ kty, crv, x });

const NODES = ['31', '32', '33', '34'];
const VALID_FROM = '2020-07-01T00:00:00.000Z';
export const trust = {
  nodes: NODES.map((node) =>
    trustedNode(
      node,
      ...['event', 'ledger'].map((use) => publicOf(jwkOf(`${node} ${use}`))),
      VALID_FROM,
      publicOf(jwkOf(`${node} witness`)),
    ),
  ),
};
export const trustList = parseTrustList(trust);
const nodeOf = (id) => trust.nodes.find(({ node }) => node === id);

const uuid = (number) => `01958f00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
export const event = (number, changes = {}) => ({
  ...{ specversion: '1.0', id: uuid(number), source: 'urn:delta-hub:node:32' },
  ...{ type: 'cn.delta-hub.transfer.applied.v1', subject: `transfer-${uuid(9)}`, time: '2025-03-10T01:30:00.000Z' },
  ...{ datacontenttype: 'application/json', recipients: '31,32' },
  data: { origin: 'cca-320509', receiving: 'cca-310118', reason: '居住地变化', number },
  ...changes,
});
export const signed = (content, name = '32 event', kid = '32/1') =>
  new Uint8Array(Buffer.from(signEvent(content, signerFromJwk(jwkOf(name), kid)), 'latin1'));

/** A compact JWS of any payload: what an honest signer never makes. */
export const signedText = (payload, kid = '32/1', name = '32 event') => {
  const header = `{"alg":"EdDSA","kid":"${kid}","typ":"hub-event+jws"}`;
  const input = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const signature = signerFromJwk(jwkOf(name), kid).sign(Buffer.from(input));
  return new Uint8Array(Buffer.from(`${input}.${Buffer.from(signature).toString('base64url')}`, 'latin1'));
};

const keyLine = (vkey) => {
  const [name, id] = vkey.split('+');
  return { name, keyId: new Uint8Array(Buffer.from(id, 'hex')) };
};
export const logLine = (text, node = '32', key = `${node} ledger`) => ({
  ...keyLine(nodeOf(node).ledgerKeys[0].vkey),
  signature: signerFromJwk(jwkOf(key), 'log').sign(Buffer.from(text)),
});
export const COSIGNED = 1_741_570_260;
export const cosignature = (text, node, time = COSIGNED) => {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  const signature = signerFromJwk(jwkOf(`${node} witness`), 'witness').sign(message);
  return { ...keyLine(nodeOf(node).witnessKeys[0].vkey), signature: Buffer.concat([stamp, signature]) };
};

/** A log of these leaves: its nodes, and heads of it with cosignatures. */
export const logOf = (leaves, origin = 'delta-hub.cn/ledger/32') => {
  const hashes = leaves.map(sha256Tree.leaf);
  const node = (level, index) => rootOfLeaves(sha256Tree, hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
  const head = (size, witnesses, lines = {}) => {
    const root = rootOfLeaves(sha256Tree, hashes.slice(0, size));
    const text = formatTreeHead({ origin, size, root });
    const own = lines.own ?? logLine(text);
    const signatures = [
      own,
      ...witnesses.map((id) => cosignature(lines.cosigned ?? text, id)),
      ...(lines.more?.(text) ?? []),
    ];
    return { origin, size, root, note: formatNote({ text, signatures }) };
  };
  return { node, head };
};

export const leavesWith = (leaf, index = 4, others = new Map()) => {
  const leaves = Array.from({ length: 11 }, (_, number) => others.get(number) ?? signed(event(number)));
  leaves[index] = leaf;
  return leaves;
};

/** The evidence of one event, each part as given or as it should be. */
export const evidence = (changes = {}) => {
  const { content = event(4), witnesses = [], index = 4, latestSize = 11, size = 7 } = changes;
  const leaf = changes.leaf ?? signed(content);
  const keyEvents = changes.keyEvents ?? new Map();
  const log = logOf(leavesWith(leaf, index, keyEvents));
  const head = changes.head?.(log) ?? log.head(size, witnesses);
  const latest = changes.latest?.(log) ?? log.head(latestSize, []);
  const policy = policyText(changes.policy ?? policyBy(trustList, '32', nodeOf('32').ledgerKeys[0].vkey));
  const level = ['LOCAL', 'LOCAL', 'WITNESSED', 'SEALED'][witnesses.length];
  const cosigners = witnesses.map((id) => [`delta-hub.cn/witness/${id}`, 1_741_570_260]);
  return {
    leaf,
    publicJwk: changes.publicJwk ?? publicOf(jwkOf('32 event')),
    ...{ head, latest, policy },
    path: inclusionPath(sha256Tree, log.node, index, head.size),
    consistency: consistencyPath(sha256Tree, log.node, Math.min(head.size, latest.size), latest.size),
    keyProofs: [...keyEvents].map(([at, said]) => ({
      ...{ leaf: said, index: at },
      path: inclusionPath(sha256Tree, log.node, at, latest.size),
    })),
    facts: {
      ...{ event: sorted(content), kid: changes.kid ?? '32/1', origin: 'delta-hub.cn/ledger/32', index },
      ...{ size: head.size, level: changes.level ?? level, cosigners, latestSize: latest.size },
    },
  };
};

export const bundle = (changes) => bundleFiles(evidence(changes));

/** A key event of a node: the number of its id, what it says, and who signs it. */
const keyEvent = (number, type, data, { node = '32', kid = `${node}/1`, name = `${node} event` } = {}) =>
  signed(
    event(number, {
      ...{
        type: `cn.delta-hub.key.${type}.v1`,
        subject: `key-node-${node}`,
        source: `urn:delta-hub:node:${node}`,
        data,
      },
    }),
    ...[name, kid],
  );
export const introduced = (number, kid, name, by = { kid: '32/1', name: '32 event' }, possessor = name) => {
  const key = { kid, alg: 'EdDSA', publicJwk: publicOf(jwkOf(name)), validFrom: VALID_FROM };
  const possession = provePossession(key, by.kid, signerFromJwk(jwkOf(possessor), kid));
  return keyEvent(number, 'introduced', { ...key, possession }, by);
};
export const second = { kid: '32/2', name: '32 event 2' };
export const revoked = (number, kid, by = second, reason = 'superseded', compromisedFrom = undefined) =>
  keyEvent(number, 'revoked', { kid, reason, ...(compromisedFrom && { compromisedFrom }) }, by);
/** The log of a rotation: entry 1 introduces the second key, entry 2 ends the first. */
export const rotation = new Map([
  [1, introduced(1, second.kid, second.name)],
  [2, revoked(2, '32/1')],
]);
export const bySecond = {
  ...{ leaf: signed(event(4), second.name, second.kid), kid: second.kid, publicJwk: publicOf(jwkOf(second.name)) },
};
/** Entry 6 says that the first key was stolen at an instant; entry 4 was signed with it. */
export const theft = (from, more = []) =>
  new Map([[1, introduced(1, second.kid, second.name)], [6, revoked(6, '32/1', second, 'compromised', from)], ...more]);
export const instantOf = (seconds) => new Date(seconds * 1000).toISOString();
export const witnessedAll = { witnesses: ['31', '33', '34'] };
export const again = keyEvent(
  8,
  'reattested',
  { kid: '32/1', events: [{ id: uuid(4), digest: digest(signed(event(4))) }] },
  second,
);
export const lost = (number, node) => keyEvent(number, 'revoked', { kid: '32/1', reason: 'lost' }, { node });
export const nextLog = { kid: '32/ledger-2', name: '32 ledger 2' };
export const nextLogKey = vkeyOf('delta-hub.cn/ledger/32', publicOf(jwkOf(nextLog.name)));
export const nextLogLine = (text) => ({
  ...keyLine(nextLogKey),
  signature: signerFromJwk(jwkOf(nextLog.name), 'log').sign(Buffer.from(text)),
});
export const headBy = (line, size) => (log) => {
  const plainHead = log.head(size, []);
  const [text] = [`${plainHead.note.split('\n\n')[0]}\n`];
  return log.head(size, [], { own: line(text) });
};
/** A bundle with other files, bound by its manifest as if it were so. */
export const rebound = (files, changes) => {
  const { 'manifest.json': manifest, ...others } = Object.fromEntries(files);
  if (manifest === undefined) throw new Error('a bundle has a manifest');
  return bound({ ...others, ...changes });
};
export const text = (files, name) => Buffer.from(files.get(name)).toString('utf8');

export const plain = bundle();
export const sealed = bundle({ witnesses: ['31', '33', '34'] });
export const otherProof = (index) => {
  const log = logOf(leavesWith(signed(event(4))));
  return tlogProof(index, inclusionPath(sha256Tree, log.node, index, 7), log.head(7, []).note);
};
export const weakened = { ...policyBy(trustList, '32', nodeOf('32').ledgerKeys[0].vkey), witnessed: 1 };
export const otherPeers = { ...weakened, witnesses: weakened.witnesses.slice(0, 2), witnessed: 2 };
export const foreign = logOf(leavesWith(signed(event(4))), 'delta-hub.cn/ledger/33');
export const forged = Buffer.from(
  text(plain, 'event.jws').replace(/[^.]+$/, text(bundle({ content: event(5) }), 'event.jws').split('.')[2]),
);
export const early = event(4, { time: '2019-01-01T00:00:00.000Z' });
export const foreignSource = event(4, { source: 'urn:delta-hub:node:31' });
export const loose = JSON.stringify(event(4));
export const untrustedJwk = publicOf(jwkOf('a stranger'));

/** The members of an event in canonical order; its values are flat or already in order. */
export function sorted(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}
