import { createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  addSignatures,
  COSIGNATURE_V1,
  cosign,
  cosignatureMessage,
  cosignatureVerifier,
  readCosignature,
} from './cosignature.js';
import { keyIdOf, type NoteKey, openNote, parseNote } from './signed-note.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** The worked example of https://c2sp.org/tlog-cosignature; it does not give the witness's key. */
const EXAMPLE = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;
const TEXT = EXAMPLE.slice(0, EXAMPLE.indexOf('\n\n') + 1);
const TIME = 1_679_315_147;

const pair = generateKeyPairSync('ed25519');
const publicKey = new Uint8Array(Buffer.from(pair.publicKey.export({ format: 'jwk' }).x!, 'base64url'));
const name = 'witness.example.com/w2';
const key: NoteKey = { name, type: COSIGNATURE_V1, publicKey, keyId: keyIdOf(sha256, name, COSIGNATURE_V1, publicKey) };
const signer = { name, keyId: key.keyId, sign: (bytes: Uint8Array) => sign(null, bytes, pair.privateKey) };
const verifier = cosignatureVerifier(key, (raw, message, signature) => {
  const x = Buffer.from(raw).toString('base64url');
  return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature);
});
const own = cosign(TEXT, TIME, signer);
const changed = (at: number): Uint8Array => own.signature.map((byte, index) => (index === at ? byte ^ 1 : byte));

describe('https://c2sp.org/tlog-cosignature', () => {
  it('the worked example is read: its witness, its key id and its time', () => {
    const line = parseNote(EXAMPLE)!.signatures[1]!;
    const cosignature = readCosignature(line)!;
    expect([cosignature.name, Buffer.from(cosignature.keyId).toString('hex'), cosignature.time]).toEqual([
      'witness.example.com/w1',
      '8d66cf3f',
      TIME,
    ]);
  });

  it('Ed25519 signed message: the two lines and the whole text of the worked example', () => {
    expect(Buffer.from(cosignatureMessage(TIME, TEXT)).toString()).toBe(
      'cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n',
    );
  });

  it('Format: eight bytes of time, big-endian, then 64 of signature', () => {
    expect(own.signature).toHaveLength(72);
    expect(Buffer.from(own.signature).subarray(0, 8).toString('hex')).toBe('00000000641850cb');
  });

  it('a cosigned note opens with the witness’s key, and says when', () => {
    const opened = openNote(addSignatures(EXAMPLE, [own]), [verifier]);
    expect(opened).toMatchObject({ ok: true, text: TEXT, signedBy: [{ name }] });
    expect(verifier.timeOf(own.signature)).toBe(TIME);
  });

  it.each([0, 7, 8, 71])('a flipped bit in byte %d, time included, does not verify', (at) => {
    expect(verifier.verify(Buffer.from(TEXT), changed(at))).toBe(false);
  });

  it('of another text does not verify, nor does a bare Ed25519 signature over the text', () => {
    expect(verifier.verify(Buffer.from(TEXT.replace('20852163', '20852164')), own.signature)).toBe(false);
    expect(verifier.verify(Buffer.from(TEXT), sign(null, Buffer.from(TEXT), pair.privateKey))).toBe(false);
  });

  it.each([0, -1, 1.5, 2 ** 53])('no time %d', (time) => {
    expect(() => cosign(TEXT, time, signer)).toThrow(RangeError);
  });

  it('the same line is added once', () => {
    const once = addSignatures(EXAMPLE, [own]);
    expect(addSignatures(once, [own, own])).toBe(once);
  });
});
