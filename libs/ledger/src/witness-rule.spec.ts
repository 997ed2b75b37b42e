import { createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { toBase64 } from './encodings.js';
import { type ForkProof, formatForkProof, parseForkProof, verifyForkProof } from './fork-proof.js';
import { rootOfLeaves, treeHasher } from './merkle-tree.js';
import { consistencyPath, type NodeReader } from './proofs.js';
import { ED25519, keyIdOf, type NoteVerifier, signNote } from './signed-note.js';
import { formatTreeHead, type TreeHead } from './tree-head.js';
import { parseAddCheckpoint, witnessDecision } from './witness-rule.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const tree = treeHasher(sha256);
const ORIGIN = 'log.example/1';

const keyOf = (name: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
  const keyId = keyIdOf(sha256, name, ED25519, raw);
  const x = raw.toString('base64url');
  const known = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const verifier: NoteVerifier = { name, keyId, verify: (text, signature) => verify(null, text, known, signature) };
  return { signer: { name, keyId, sign: (text: Uint8Array) => sign(null, text, privateKey) }, verifier };
};
const log = keyOf(ORIGIN);
const stranger = keyOf(ORIGIN);

/** Two logs of one key, the same up to `commonLeaves`. */
const leavesOf = (history: string, count: number, commonLeaves = 5): Uint8Array[] =>
  Array.from({ length: count }, (_, index) =>
    tree.leaf(Buffer.from(`${index < commonLeaves ? 'both' : history} ${index}`)),
  );
const readerOf =
  (leaves: readonly Uint8Array[]): NodeReader =>
  (level, index) =>
    rootOfLeaves(tree, leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const headOf = (history: string, size: number): TreeHead => ({
  origin: ORIGIN,
  size,
  root: size === 0 ? tree.empty : rootOfLeaves(tree, leavesOf(history, size)),
});
const noteOf = (head: TreeHead, key = log): string => signNote(formatTreeHead(head), key.signer);
const pathOf = (history: string, from: number, to: number): Uint8Array[] =>
  from === 0 ? [] : consistencyPath(tree, readerOf(leavesOf(history, to)), from, to);

const bodyOf = (old: number | string, path: readonly Uint8Array[], note: string): string =>
  [`old ${old}`, ...path.map(toBase64), '', note].join('\n');

const decide = (body: string, known?: TreeHead) => {
  const request = parseAddCheckpoint(body);
  if (request === undefined) return { status: 400 };
  return witnessDecision(
    tree,
    request,
    (origin) => (origin === ORIGIN ? [log.verifier] : undefined),
    () => known,
  );
};

describe('https://c2sp.org/tlog-witness, add-checkpoint', () => {
  const next = bodyOf(6, pathOf('a', 6, 9), noteOf(headOf('a', 9)));

  it('200 for the first head, for one that goes on from it, and for the same once more', () => {
    expect(decide(bodyOf(0, [], noteOf(headOf('a', 6))))).toMatchObject({ status: 200, head: headOf('a', 6) });
    expect(decide(next, headOf('a', 6))).toMatchObject({ status: 200, head: headOf('a', 9) });
    expect(decide(bodyOf(9, [], noteOf(headOf('a', 9))), headOf('a', 9))).toMatchObject({ status: 200 });
  });

  it.each([
    ['no old line', next.replace('old 6\n', '')],
    ['a leading zero', next.replace('old 6', 'old 06')],
    ['a size below nothing', next.replace('old 6', 'old -6')],
    ['a line that is no base64', next.replace('\n\n', '\n!\n\n')],
    ['no empty line', next.replace('\n\n', '\n')],
    [
      '64 proof lines',
      bodyOf(
        6,
        Array.from({ length: 64 }, () => tree.empty),
        noteOf(headOf('a', 9)),
      ),
    ],
    ['an old size beyond the checkpoint', bodyOf(10, [], noteOf(headOf('a', 9)))],
    ['no note', bodyOf(6, [], 'log.example/1\n9\n')],
  ])('400 for %s', (_, body) => expect(decide(body, headOf('a', 6))).toEqual({ status: 400 }));

  it('403 when no signature is of a trusted key, also under the log’s own name', () => {
    expect(decide(bodyOf(0, [], noteOf(headOf('a', 6), stranger)))).toEqual({ status: 403 });
  });

  it('404 for a log that is not known', () => {
    const note = signNote(formatTreeHead({ ...headOf('a', 6), origin: 'log.example/2' }), log.signer);
    expect(decide(bodyOf(0, [], note))).toEqual({ status: 404 });
  });

  it.each([0, 5, 7])('409 with the size it has when the old size is %d', (old) => {
    expect(decide(bodyOf(old, [], noteOf(headOf('a', 9))), headOf('a', 6))).toEqual({ status: 409, size: 6 });
  });

  it('422 when a head of the same size has another root: the log has forked', () => {
    const fork = headOf('b', 9);
    expect(decide(bodyOf(9, [], noteOf(fork)), headOf('a', 9))).toEqual({ status: 422, head: fork });
  });

  it.each([
    ['that does not verify', bodyOf(6, pathOf('b', 6, 9), noteOf(headOf('b', 9))), headOf('a', 6)],
    ['that is missing', bodyOf(6, [], noteOf(headOf('a', 9))), headOf('a', 6)],
    ['from nothing', bodyOf(0, [tree.empty], noteOf(headOf('a', 9))), undefined],
    ['between equal sizes', bodyOf(9, [tree.empty], noteOf(headOf('a', 9))), headOf('a', 9)],
    [
      'of an empty tree with a root of something',
      bodyOf(0, [], noteOf({ ...headOf('a', 0), root: headOf('a', 6).root })),
      undefined,
    ],
  ])('422 for a proof %s', (_, body, known) => expect(decide(body, known)).toMatchObject({ status: 422 }));
});

describe('a fork proof', () => {
  const sameSize: ForkProof = { origin: ORIGIN, first: noteOf(headOf('a', 9)), second: noteOf(headOf('b', 9)) };
  const twoSizes: ForkProof = {
    origin: ORIGIN,
    first: noteOf(headOf('a', 7)),
    second: noteOf(headOf('b', 9)),
    consistency: { root: headOf('b', 7).root, path: pathOf('b', 7, 9) },
  };

  it.each([
    ['of one size', sameSize],
    ['of two sizes', twoSizes],
  ])('%s convinces whoever has the log’s key, and travels as text', (_, proof) => {
    expect(verifyForkProof(tree, proof, [log.verifier])).toBe(true);
    expect(parseForkProof(formatForkProof(proof))).toEqual(proof);
    expect(verifyForkProof(tree, proof, [stranger.verifier])).toBe(false);
  });

  it.each<[string, ForkProof]>([
    ['one history', { ...sameSize, second: sameSize.first }],
    ['a history that goes on', { ...twoSizes, first: noteOf(headOf('b', 7)) }],
    ['two sizes without the root between them', { origin: ORIGIN, first: twoSizes.first, second: twoSizes.second }],
    [
      'a root that the second does not go on from',
      { ...twoSizes, consistency: { root: headOf('a', 6).root, path: pathOf('b', 7, 9) } },
    ],
    ['another log', { ...sameSize, origin: 'log.example/2' }],
    ['a head that the log did not sign', { ...sameSize, second: noteOf(headOf('b', 9), stranger) }],
  ])('cannot be made of %s', (_, proof) => expect(verifyForkProof(tree, proof, [log.verifier])).toBe(false));

  it.each(['', '{}', '[]', 'null', formatForkProof(twoSizes).replace('"path":', '"paths":')])('is none: %s', (text) => {
    expect(parseForkProof(text)).toBeUndefined();
  });
});
