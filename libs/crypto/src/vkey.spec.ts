import { describe, expect, it } from '@jest/globals';
import { CryptoError } from './errors.js';
import { generateKeyPair } from './keys.js';
import { parseVkey, vkeyOf } from './vkey.js';

const name = 'delta-hub.cn/ledger/32';
const { publicJwk } = generateKeyPair();
const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'KEY_INVALID') return error.message;
    throw error;
  }
  return 'read';
};

describe('C2SP signed-note', () => {
  // The example of Go's sumdb/note, which the specification took over: the key of the public checksum database.
  const sumdb = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';

  it('reads a vkey of others and writes it the same', () => {
    const { name: origin, keyId, publicJwk: jwk } = parseVkey(sumdb);
    expect(origin).toBe('sum.golang.org');
    expect(Buffer.from(keyId).toString('hex')).toBe('033de0ae');
    expect(vkeyOf(origin, jwk)).toBe(sumdb);
  });
});

describe('vkeyOf and parseVkey', () => {
  it('are inverse', () => {
    for (let count = 0; count < 50; count++) {
      const { kty, crv, x } = generateKeyPair().publicJwk;
      expect(parseVkey(vkeyOf(name, { kty, crv, x }))).toMatchObject({ name, publicJwk: { kty, crv, x } });
    }
  });

  it.each(['', 'a b', 'a+b', 'a\nb', '苏'])('refuse %p as a name', (bad) => {
    expect(messageOf(() => vkeyOf(bad, publicJwk))).toContain('the name has');
  });

  const vkey = vkeyOf(name, publicJwk);
  const [, id = '', key = ''] = /^[^+]+\+([^+]+)\+(.+)$/.exec(vkey)!;
  const typed = Buffer.from(key, 'base64');

  it.each([
    ['nothing', '', 'a vkey is <name>+<key id>+<base64>'],
    ['two parts', `${name}+${id}`, 'a vkey is <name>+<key id>+<base64>'],
    ['no name', `+${id}+${key}`, 'a vkey is <name>+<key id>+<base64>'],
    ['a space', `${name} +${id}+${key}`, 'a vkey is <name>+<key id>+<base64>'],
    ['base64 in another text', `${name}+${id}+${key}=`, 'the key is not 33 bytes in base64'],
    ['32 bytes', `${name}+${id}+${typed.subarray(1).toString('base64')}`, 'the key is not 33 bytes in base64'],
    [
      'another type',
      `${name}+${id}+${Buffer.from([6, ...typed.subarray(1)]).toString('base64')}`,
      'the signature type is neither Ed25519 nor its cosignature',
    ],
    ['another key id', `${name}+00000000+${key}`, 'the key id does not belong to name and key'],
    ['an upper-case key id', `${name}+${id.toUpperCase()}0+${key}`, 'the key id does not belong to name and key'],
    ['another name', `delta-hub.cn/ledger/31+${id}+${key}`, 'the key id does not belong to name and key'],
  ])('refuse %s', (_, text, message) => {
    expect(messageOf(() => parseVkey(text))).toBe(`vkey: ${message}`);
  });

  it('refuse a weak key', () => {
    expect(messageOf(() => vkeyOf(name, { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }))).toBe(
      'x is a point of small order',
    );
  });
});
