import { describe, expect, it } from '@jest/globals';
import { CompactEncrypt, importJWK } from 'jose';
import {
  type EncryptionKey,
  generateEncryptionPair,
  publicHalf,
  sealMessage,
  unsealMessage,
} from './sealed-message.js';

const pairs = { '31/enc/1': generateEncryptionPair(), '32/enc/1': generateEncryptionPair() } as const;
const keyOf = (kid: keyof typeof pairs): EncryptionKey => ({
  ...{ kid, publicJwk: publicHalf(pairs[kid]), validFrom: '2020-07-01T00:00:00.000Z' },
});
const message = Buffer.from('a signed fact');
const changed = (sealed: Uint8Array, change: (jwe: Record<string, string>) => void): Uint8Array => {
  const jwe = JSON.parse(Buffer.from(sealed).toString()) as Record<string, string>;
  change(jwe);
  return Buffer.from(JSON.stringify(jwe));
};

describe('a sealed message (RFC 7516 section 7.2.1)', () => {
  it('is read by each whom it is encrypted to, and by nobody else', async () => {
    const sealed = await sealMessage(message, [keyOf('31/enc/1'), keyOf('32/enc/1')]);
    for (const kid of ['31/enc/1', '32/enc/1'] as const)
      expect(await unsealMessage(sealed, kid, pairs[kid])).toEqual({ ok: true, message: new Uint8Array(message) });
    expect(await unsealMessage(sealed, '33/enc/1', generateEncryptionPair())).toEqual({
      ...{ ok: false, reason: 'not-addressed', kids: ['31/enc/1', '32/enc/1'] },
    });
    expect(Buffer.from(sealed).includes('a signed fact')).toBe(false);
  });

  it('is another text every time', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => sealMessage(message, [keyOf('31/enc/1')])));
    expect(one).not.toEqual(other);
  });

  it('is refused with the key of another, under one’s own name', async () => {
    const sealed = await sealMessage(message, [keyOf('31/enc/1')]);
    expect(await unsealMessage(sealed, '31/enc/1', pairs['32/enc/1'])).toEqual({ ok: false, reason: 'invalid' });
  });

  it('is refused when any part of it was changed', async () => {
    const sealed = await sealMessage(message, [keyOf('31/enc/1')]);
    for (const part of ['protected', 'iv', 'ciphertext', 'tag']) {
      const other = changed(sealed, (jwe) => {
        const text = jwe[part]!;
        jwe[part] = (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
      });
      expect(await unsealMessage(other, '31/enc/1', pairs['31/enc/1'])).toEqual({ ok: false, reason: 'invalid' });
    }
  });

  it.each(['', '{}', 'null', '[]', '{"recipients":[null]}', '{"recipients":[{"header":{"kid":"31/enc/1"}}]}', 'xx'])(
    'is refused: %j',
    async (text) => {
      const opened = await unsealMessage(Buffer.from(text), '31/enc/1', pairs['31/enc/1']);
      expect(opened).toEqual({ ok: false, reason: 'invalid' });
    },
  );

  it('takes no other algorithm than the one of the hub', async () => {
    const jwk = publicHalf(pairs['31/enc/1']);
    const key = await importJWK({ ...jwk }, 'ECDH-ES');
    const compact = await new CompactEncrypt(message)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .encrypt(key);
    const [header, encryptedKey, iv, ciphertext, tag] = compact.split('.');
    const general = {
      ...{ protected: header, iv, ciphertext, tag },
      recipients: [{ header: { kid: '31/enc/1' }, encrypted_key: encryptedKey }],
    };
    const opened = await unsealMessage(Buffer.from(JSON.stringify(general)), '31/enc/1', pairs['31/enc/1']);
    expect(opened).toEqual({ ok: false, reason: 'invalid' });
  });
});
