// Writes test/vectors/evidence: evidence bundles that verify, and bundles that each break one rule, after the mould of
// sigstore-conformance (`..._fail`). Test keys only, made from their names; the same run gives the same bytes.
// `--check` writes nothing and fails when today's program would write other bytes.
// Needs a build: npm run build && node tools/evidence-vectors.mjs
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashLines } from '../apps/ledger/dist/evidence/bundle-files.js';
import { policyBy } from '../apps/ledger/dist/evidence/evidence-policy.js';
import { writeZip } from '../apps/ledger/dist/evidence/zip.js';
import { sha256Tree } from '../apps/ledger/dist/log-identity.js';
import {
  jwkOf,
  publicOf,
  trust,
  trustList,
  event,
  signed,
  signedText,
  logLine,
  COSIGNED,
  cosignature,
  logOf,
  leavesWith,
  bundle,
  introduced,
  second,
  revoked,
  rotation,
  bySecond,
  theft,
  instantOf,
  witnessedAll,
  again,
  lost,
  nextLog,
  nextLogKey,
  nextLogLine,
  headBy,
  rebound,
  text,
  plain,
  sealed,
  otherProof,
  weakened,
  otherPeers,
  foreign,
  forged,
  early,
  foreignSource,
  loose,
  untrustedJwk,
  sorted,
} from './evidence-vectors/parts.mjs';
import { compare, filesIn, isCheck } from './written.mjs';

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

const DIRECTORY = fileURLToPath(new URL('../test/vectors/evidence', import.meta.url));
const json = (value) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
const index = Object.entries(cases).map(([name, [, code, demands = {}]]) => ({ name, code, ...demands }));
const written = new Map([
  ['trust.json', json(trust)],
  ['cases.json', json(index)],
  ...Object.entries(cases).map(([name, [files]]) => [`${name}.zip`, Buffer.from(writeZip(files))]),
]);
if (isCheck('evidence-vectors')) compare('evidence-vectors', written, filesIn(DIRECTORY));
else {
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  for (const [name, bytes] of written) writeFileSync(join(DIRECTORY, name), bytes);
  console.log(`${index.length} bundles written`);
}
