import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromBase64, toBase64, utf8 } from './encodings.js';

it('base64 is that of the platform', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }),
  );
});

it.each(['A', 'AA', 'AAA', 'AA=', 'AB==', 'AAB=', 'AA==\n', ' AA==', 'AA==AA==', 'A===', '=', '====', 'AA-_', 'AA.='])(
  'base64 that is not exactly what some bytes are written as is none: %j',
  (text) => expect(fromBase64(text)).toBeUndefined(),
);

it('UTF-8 is that of the platform', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(utf8(text)).toEqual(new Uint8Array(Buffer.from(text, 'utf8')));
    }),
  );
  expect(() => utf8('\ud800')).toThrow(RangeError);
});
