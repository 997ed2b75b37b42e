// Writes test/vectors/evidence: evidence bundles that verify, and bundles that each break one rule, after the mould of
// sigstore-conformance (`..._fail`). Test keys only, made from their names; the same run gives the same bytes.
// Needs a build: npm run build && node tools/evidence-vectors.mjs
import { createHash, createPrivateKey } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import {
  digest,
  parseTrustList,
  provePossession,
  signerFromJwk,
  signEvent,
  trustedNode,
  vkeyOf,
} from '../libs/crypto/dist/index.js';
import { consistencyPath, formatNote, formatTreeHead, inclusionPath, rootOfLeaves } from '../libs/ledger/dist/index.js';
import { bound, bundleFiles, hashLines, tlogProof } from '../apps/ledger/dist/evidence/bundle-files.js';
import { policyBy, policyText } from '../apps/ledger/dist/evidence/evidence-policy.js';
import { writeZip } from '../apps/ledger/dist/evidence/zip.js';
import { sha256Tree } from '../apps/ledger/dist/log-identity.js';

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const jwkOf = (name) => {
  const seed = createHash('sha256').update(`test key ${name}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const { x, d } = key.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x, d };
};
const publicOf = ({ kty, crv, x }) => ({ kty, crv, x });

const NODES = ['31', '32', '33', '34'];
const VALID_FROM = '2020-07-01T00:00:00.000Z';
const trust = {
  nodes: NODES.map((node) =>
    trustedNode(
      node,
      ...['event', 'ledger'].map((use) => publicOf(jwkOf(`${node} ${use}`))),
      VALID_FROM,
      publicOf(jwkOf(`${node} witness`)),
    ),
  ),
};
const trustList = parseTrustList(trust);
const nodeOf = (id) => trust.nodes.find(({ node }) => node === id);

const uuid = (number) => `01958f00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
const event = (number, changes = {}) => ({
  ...{ specversion: '1.0', id: uuid(number), source: 'urn:delta-hub:node:32' },
  ...{ type: 'cn.delta-hub.transfer.applied.v1', subject: `transfer-${uuid(9)}`, time: '2025-03-10T01:30:00.000Z' },
  ...{ datacontenttype: 'application/json', recipients: '31,32' },
  data: { origin: 'cca-320509', receiving: 'cca-310118', reason: '居住地变化', number },
  ...changes,
});
const signed = (content, name = '32 event', kid = '32/1') =>
  new Uint8Array(Buffer.from(signEvent(content, signerFromJwk(jwkOf(name), kid)), 'latin1'));

/** A compact JWS of any payload: what an honest signer never makes. */
const signedText = (payload, kid = '32/1', name = '32 event') => {
  const header = `{"alg":"EdDSA","kid":"${kid}","typ":"hub-event+jws"}`;
  const input = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const signature = signerFromJwk(jwkOf(name), kid).sign(Buffer.from(input));
  return new Uint8Array(Buffer.from(`${input}.${Buffer.from(signature).toString('base64url')}`, 'latin1'));
};

const keyLine = (vkey) => {
  const [name, id] = vkey.split('+');
  return { name, keyId: new Uint8Array(Buffer.from(id, 'hex')) };
};
const logLine = (text, node = '32', key = `${node} ledger`) => ({
  ...keyLine(nodeOf(node).ledgerKeys[0].vkey),
  signature: signerFromJwk(jwkOf(key), 'log').sign(Buffer.from(text)),
});
const COSIGNED = 1_741_570_260;
const cosignature = (text, node, time = COSIGNED) => {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  const signature = signerFromJwk(jwkOf(`${node} witness`), 'witness').sign(message);
  return { ...keyLine(nodeOf(node).witnessKeys[0].vkey), signature: Buffer.concat([stamp, signature]) };
};

/** A log of these leaves: its nodes, and heads of it with cosignatures. */
const logOf = (leaves, origin = 'delta-hub.cn/ledger/32') => {
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

const leavesWith = (leaf, index = 4, others = new Map()) => {
  const leaves = Array.from({ length: 11 }, (_, number) => others.get(number) ?? signed(event(number)));
  leaves[index] = leaf;
  return leaves;
};

/** The evidence of one event, each part as given or as it should be. */
const evidence = (changes = {}) => {
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

const bundle = (changes) => bundleFiles(evidence(changes));

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
const introduced = (number, kid, name, by = { kid: '32/1', name: '32 event' }, possessor = name) => {
  const key = { kid, alg: 'EdDSA', publicJwk: publicOf(jwkOf(name)), validFrom: VALID_FROM };
  const possession = provePossession(key, by.kid, signerFromJwk(jwkOf(possessor), kid));
  return keyEvent(number, 'introduced', { ...key, possession }, by);
};
const second = { kid: '32/2', name: '32 event 2' };
const revoked = (number, kid, by = second, reason = 'superseded', compromisedFrom = undefined) =>
  keyEvent(number, 'revoked', { kid, reason, ...(compromisedFrom && { compromisedFrom }) }, by);
/** The log of a rotation: entry 1 introduces the second key, entry 2 ends the first. */
const rotation = new Map([
  [1, introduced(1, second.kid, second.name)],
  [2, revoked(2, '32/1')],
]);
const bySecond = {
  ...{ leaf: signed(event(4), second.name, second.kid), kid: second.kid, publicJwk: publicOf(jwkOf(second.name)) },
};
/** Entry 6 says that the first key was stolen at an instant; entry 4 was signed with it. */
const theft = (from, more = []) =>
  new Map([[1, introduced(1, second.kid, second.name)], [6, revoked(6, '32/1', second, 'compromised', from)], ...more]);
const instantOf = (seconds) => new Date(seconds * 1000).toISOString();
const witnessedAll = { witnesses: ['31', '33', '34'] };
const again = keyEvent(
  8,
  'reattested',
  { kid: '32/1', events: [{ id: uuid(4), digest: digest(signed(event(4))) }] },
  second,
);
const lost = (number, node) => keyEvent(number, 'revoked', { kid: '32/1', reason: 'lost' }, { node });
const nextLog = { kid: '32/ledger-2', name: '32 ledger 2' };
const nextLogKey = vkeyOf('delta-hub.cn/ledger/32', publicOf(jwkOf(nextLog.name)));
const nextLogLine = (text) => ({
  ...keyLine(nextLogKey),
  signature: signerFromJwk(jwkOf(nextLog.name), 'log').sign(Buffer.from(text)),
});
const headBy = (line, size) => (log) => {
  const plainHead = log.head(size, []);
  const [text] = [`${plainHead.note.split('\n\n')[0]}\n`];
  return log.head(size, [], { own: line(text) });
};
/** A bundle with other files, bound by its manifest as if it were so. */
const rebound = (files, changes) => {
  const { 'manifest.json': manifest, ...others } = Object.fromEntries(files);
  if (manifest === undefined) throw new Error('a bundle has a manifest');
  return bound({ ...others, ...changes });
};
const text = (files, name) => Buffer.from(files.get(name)).toString('utf8');

const plain = bundle();
const sealed = bundle({ witnesses: ['31', '33', '34'] });
const otherProof = (index) => {
  const log = logOf(leavesWith(signed(event(4))));
  return tlogProof(index, inclusionPath(sha256Tree, log.node, index, 7), log.head(7, []).note);
};
const weakened = { ...policyBy(trustList, '32', nodeOf('32').ledgerKeys[0].vkey), witnessed: 1 };
const otherPeers = { ...weakened, witnesses: weakened.witnesses.slice(0, 2), witnessed: 2 };
const foreign = logOf(leavesWith(signed(event(4))), 'delta-hub.cn/ledger/33');
const forged = Buffer.from(
  text(plain, 'event.jws').replace(/[^.]+$/, text(bundle({ content: event(5) }), 'event.jws').split('.')[2]),
);
const early = event(4, { time: '2019-01-01T00:00:00.000Z' });
const foreignSource = event(4, { source: 'urn:delta-hub:node:31' });
const loose = JSON.stringify(event(4));
const untrustedJwk = publicOf(jwkOf('a stranger'));

/** name: [files, code or null, and what the relying party asks for besides its trust list] */
const cases = {
  local: [plain, null],
  witnessed: [bundle({ witnesses: ['31', '34'] }), null, { level: 'WITNESSED' }],
  sealed: [sealed, null, { level: 'SEALED' }],
  'first-of-one': [bundle({ index: 0, size: 1, latestSize: 1, content: event(4) }), null],
  'latest-is-head': [bundle({ size: 11 }), null],
  'one-cosignature-is-local': [bundle({ witnesses: ['33'] }), null],
  'event-of-a-peer': [
    bundle({
      ...{
        content: event(4, { source: 'urn:delta-hub:node:31' }),
        kid: '31/1',
        publicJwk: publicOf(jwkOf('31 event')),
      },
      leaf: signed(event(4, { source: 'urn:delta-hub:node:31' }), '31 event', '31/1'),
    }),
    null,
  ],
  'level-too-low_fail': [bundle({ witnesses: ['31', '34'] }), 'LEVEL', { level: 'SEALED' }],
  'swapped-proof-of-another-entry_fail': [rebound(plain, { 'event.tlog-proof': otherProof(3) }), 'INCLUSION'],
  'swapped-index_fail': [
    rebound(plain, { 'event.tlog-proof': text(plain, 'event.tlog-proof').replace('index 4', 'index 5') }),
    'INCLUSION',
  ],
  'swapped-event_fail': [rebound(plain, { 'event.jws': signed(event(5)) }), 'INCLUSION'],
  'right-payload-wrong-signature_fail': [rebound(plain, { 'event.jws': forged }), 'EVENT_SIGNATURE'],
  'signed-by-a-stranger_fail': [
    bundle({ leaf: signed(event(4), 'a stranger'), publicJwk: untrustedJwk }),
    'KEY_UNTRUSTED',
  ],
  'key-of-another-kid_fail': [bundle({ kid: '32/2', leaf: signed(event(4)) }), 'EVENT_KEY'],
  'event-before-key-validity_fail': [bundle({ content: early }), 'KEY_PERIOD'],
  'event-of-another-node_fail': [
    bundle({ content: foreignSource, leaf: signedText(JSON.stringify(sorted(foreignSource))) }),
    'EVENT_SOURCE',
  ],
  'payload-not-canonical_fail': [bundle({ leaf: signedText(loose) }), 'EVENT_CANONICAL'],
  'payload-duplicate-member_fail': [
    bundle({ leaf: signedText(JSON.stringify(sorted(event(4))).replace('"id":', '"id":"x","id":')) }),
    'EVENT_CANONICAL',
  ],
  'jws-with-padding_fail': [bundle({ leaf: Buffer.concat([signed(event(4)), Buffer.from('=')]) }), 'EVENT_FORM'],
  'jws-with-newline_fail': [bundle({ leaf: Buffer.concat([signed(event(4)), Buffer.from('\n')]) }), 'EVENT_FORM'],
  'event-too-large_fail': [bundle({ leaf: signedText(`{"data":"${'x'.repeat(50_000)}"}`) }), 'EVENT_SIZE'],
  'checkpoint-of-another-log_fail': [bundle({ head: () => foreign.head(7, [], { own: logLine('', '33') }) }), 'PROOF'],
  'checkpoint-signed-by-another-log_fail': [
    bundle({ head: (log) => log.head(7, [], { own: { ...logLine('x', '32', '33 ledger') } }) }),
    'HEAD_SIGNATURE',
  ],
  'cosignatures-of-another-head_fail': [
    bundle({ witnesses: ['31', '34'], head: (log) => log.head(7, ['31', '34'], { cosigned: 'another\n' }) }),
    'COSIGNATURE',
  ],
  'duplicate-witness_fail': [
    bundle({ head: (log) => log.head(7, ['31'], { more: (note) => [cosignature(note, '31', 1_741_570_261)] }) }),
    'COSIGNATURE',
  ],
  'own-witness_fail': [bundle({ head: (log) => log.head(7, ['32', '31']) }), 'COSIGNATURE'],
  'policy-weakened_fail': [
    bundle({ policy: weakened, witnesses: ['31'], level: 'WITNESSED' }),
    'POLICY_UNTRUSTED',
    { level: 'WITNESSED' },
  ],
  'policy-with-fewer-witnesses_fail': [
    bundle({ policy: otherPeers, witnesses: ['31', '33'], level: 'SEALED' }),
    'POLICY_UNTRUSTED',
    { level: 'SEALED' },
  ],
  'policy-of-a-strangers-log_fail': [
    rebound(plain, { 'policy.txt': text(plain, 'policy.txt').replaceAll('32', '33') }),
    'POLICY',
  ],
  'policy-with-comment_fail': [rebound(plain, { 'policy.txt': `# a word\n${text(plain, 'policy.txt')}` }), 'POLICY'],
  'latest-of-another-log_fail': [
    rebound(plain, { 'checkpoint.latest': foreign.head(11, [], { own: logLine('', '33') }).note }),
    'LATEST',
  ],
  'latest-of-another-history_fail': [
    rebound(plain, { 'checkpoint.latest': logOf(leavesWith(signed(event(77)), 2)).head(11, []).note }),
    'CONSISTENCY',
  ],
  'latest-older-than-head_fail': [bundle({ latestSize: 6 }), 'CONSISTENCY'],
  'consistency-cut_fail': [
    rebound(plain, { 'consistency.txt': text(plain, 'consistency.txt').split('\n').slice(1).join('\n') }),
    'CONSISTENCY',
  ],
  'consistency-with-one-more_fail': [
    rebound(plain, { 'consistency.txt': text(plain, 'consistency.txt') + hashLines([sha256Tree.empty]) }),
    'CONSISTENCY',
  ],
  'report-says-more_fail': [
    rebound(plain, { 'report.txt': text(plain, 'report.txt').replace('local', 'sealed') }),
    'REPORT',
  ],
  'level-borrowed-in-report_fail': [rebound(plain, { 'report.txt': text(sealed, 'report.txt') }), 'REPORT'],
  'manifest-of-another-bundle_fail': [new Map([...plain, ['manifest.json', sealed.get('manifest.json')]]), 'MANIFEST'],
  'one-more-file_fail': [rebound(plain, { 'note.txt': 'hello' }), 'FILES'],
  'file-missing_fail': [new Map([...plain].filter(([name]) => name !== 'consistency.txt')), 'FILES'],
  'two-keys_fail': [
    rebound(plain, { 'keys.jwks': text(plain, 'keys.jwks').replace(/\{"keys":\[(.*)\]\}/, '{"keys":[$1,$1]}') }),
    'KEYS',
  ],
  'key-rotated': [bundle({ ...bySecond, keyEvents: rotation }), null],
  'key-introduction-left-out_fail': [bundle(bySecond), 'KEY_UNTRUSTED'],
  'key-introduced-without-possession_fail': [
    bundle({
      ...bySecond,
      keyEvents: new Map([[1, introduced(1, second.kid, second.name, undefined, 'a stranger')]]),
    }),
    'KEY_UNTRUSTED',
  ],
  'key-introduced-by-a-stranger_fail': [
    bundle({
      ...bySecond,
      keyEvents: new Map([[1, introduced(1, second.kid, second.name, { kid: '32/1', name: 'a stranger' })]]),
    }),
    'KEY_UNTRUSTED',
  ],
  'key-introduced-later_fail': [
    bundle({ ...bySecond, keyEvents: new Map([[5, introduced(5, second.kid, second.name)]]) }),
    'KEY_PERIOD',
  ],
  'key-superseded-before_fail': [bundle({ keyEvents: rotation }), 'KEY_PERIOD'],
  'key-superseded-after': [
    bundle({
      keyEvents: new Map([
        [1, rotation.get(1)],
        [6, revoked(6, '32/1')],
      ]),
    }),
    null,
  ],
  'key-lost-says-one-peer': [bundle({ keyEvents: new Map([[1, lost(1, '31')]]) }), null],
  'key-lost-say-two-peers_fail': [
    bundle({
      keyEvents: new Map([
        [1, lost(1, '31')],
        [3, lost(3, '34')],
      ]),
    }),
    'KEY_PERIOD',
  ],
  'key-stolen-after-it-was-witnessed': [bundle({ ...witnessedAll, keyEvents: theft(instantOf(COSIGNED)) }), null],
  'key-stolen-before-it-was-witnessed_fail': [
    bundle({ ...witnessedAll, keyEvents: theft(instantOf(COSIGNED - 1)) }),
    'KEY_COMPROMISED',
  ],
  'key-stolen-and-never-witnessed_fail': [
    bundle({ witnesses: ['31'], keyEvents: theft(instantOf(COSIGNED + 1)) }),
    'KEY_COMPROMISED',
  ],
  'key-superseded-and-then-found-stolen_fail': [
    bundle({
      keyEvents: new Map([
        [1, introduced(1, second.kid, second.name)],
        [6, revoked(6, '32/1')],
        [8, revoked(8, '32/1', second, 'compromised', instantOf(COSIGNED))],
      ]),
    }),
    'KEY_COMPROMISED',
  ],
  'key-stolen-and-declared-again': [bundle({ keyEvents: theft(instantOf(COSIGNED - 1), [[8, again]]) }), null],
  'key-planted-by-a-thief_fail': [
    bundle({
      ...{ leaf: signed(event(4), '32 event 3', '32/3'), kid: '32/3', publicJwk: publicOf(jwkOf('32 event 3')) },
      keyEvents: new Map([
        ...theft('2025-03-10T00:00:00.000Z').entries().take(1),
        [2, introduced(2, '32/3', '32 event 3')],
        ...theft('2025-03-10T00:00:00.000Z').entries().drop(1),
      ]),
    }),
    'KEY_COMPROMISED',
  ],
  'log-key-rotated': [
    bundle({
      ...{ head: headBy(nextLogLine, 7), latest: headBy(nextLogLine, 11), size: 7 },
      policy: policyBy(trustList, '32', nextLogKey),
      keyEvents: new Map([
        [1, introduced(1, nextLog.kid, nextLog.name)],
        [2, revoked(2, '32/ledger-1', { kid: '32/1', name: '32 event' })],
      ]),
    }),
    null,
  ],
  'log-key-superseded-before_fail': [
    bundle({
      keyEvents: new Map([
        [1, introduced(1, nextLog.kid, nextLog.name)],
        [2, revoked(2, '32/ledger-1', { kid: '32/1', name: '32 event' })],
      ]),
    }),
    'LOG_UNTRUSTED',
  ],
  'key-proof-at-another-place_fail': [
    rebound(bundle({ ...bySecond, keyEvents: rotation }), {
      'keys.proof/1.tlog-proof': text(bundle({ ...bySecond, keyEvents: rotation }), 'keys.proof/1.tlog-proof').replace(
        'index 1',
        'index 3',
      ),
    }),
    'KEY_PROOF',
  ],
  'key-proofs-in-another-order_fail': [
    bundle({ ...bySecond, keyEvents: new Map([...rotation].reverse()) }),
    'KEY_PROOF',
  ],
  'key-proof-under-another-head_fail': [
    rebound(bundle({ ...bySecond, keyEvents: rotation }), {
      'keys.proof/1.tlog-proof': text(
        bundle({ ...bySecond, keyEvents: rotation, latestSize: 10 }),
        'keys.proof/1.tlog-proof',
      ),
    }),
    'KEY_PROOF',
  ],
  'key-event-of-no-form_fail': [
    rebound(bundle({ ...bySecond, keyEvents: rotation }), { 'keys.proof/2.jws': 'e30.e30.AAAA' }),
    'KEY_PROOF',
  ],
  'key-proof-without-event_fail': [
    new Map([...bundle({ ...bySecond, keyEvents: rotation })].filter(([name]) => name !== 'keys.proof/2.jws')),
    'FILES',
  ],
  'private-key_fail': [
    rebound(plain, { 'keys.jwks': text(plain, 'keys.jwks').replace('"kid"', `"d":"${jwkOf('32 event').d}","kid"`) }),
    'KEYS',
  ],
};

/** The members of an event in canonical order; its values are flat or already in order. */
function sorted(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

const directory = new URL('../test/vectors/evidence/', import.meta.url);
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
writeFileSync(new URL('trust.json', directory), json(trust));
const index = Object.entries(cases).map(([name, [files, code, demands = {}]]) => {
  writeFileSync(new URL(`${name}.zip`, directory), writeZip(files));
  return { name, code, ...demands };
});
writeFileSync(new URL('cases.json', directory), json(index));
console.log(`${index.length} bundles written`);
