import { expect, it } from '@jest/globals';
import { digest, sha256 } from './digest.js';

it('FIPS 180-4: the digest of "abc"', () => {
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(Buffer.from(sha256(Buffer.from('abc'))).toString('hex')).toBe(expected);
  expect(digest(Buffer.from('abc'))).toBe(`sha-256:${Buffer.from(expected, 'hex').toString('base64url')}`);
});

it('names the algorithm it used', () => {
  expect(digest(new Uint8Array(), 'sha-256')).toBe('sha-256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
});

it('digests the bytes of a view, not of the buffer behind it', () => {
  const view = new Uint8Array(Buffer.from('xabcx')).subarray(1, 4);
  expect(sha256(view)).toEqual(sha256(Buffer.from('abc')));
});
