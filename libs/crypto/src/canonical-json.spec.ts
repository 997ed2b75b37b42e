import { describe, expect, it } from '@jest/globals';
import { canonicalJson, isCanonicalJson, type JsonValue } from './canonical-json.js';
import { CryptoError } from './errors.js';

const canonical = (json: string): string => canonicalJson(JSON.parse(json) as JsonValue);

const codeOf = (value: unknown): string => {
  try {
    return canonicalJson(value as JsonValue);
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    throw error;
  }
};

describe('RFC 8785', () => {
  const sample = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;

  it('3.2.2: literals, strings and numbers', () => {
    expect(canonical(sample)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('3.2.3: members in the order of the UTF-16 code units of their names', () => {
    const sorted = canonical(String.raw`{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`);
    expect(Object.values(JSON.parse(sorted) as object).toSorted()).toHaveLength(7);
    expect([...sorted.matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('3.2.4: the sample in UTF-8', () => {
    expect(Buffer.from(canonical(sample)).toString('hex')).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e' +
        '333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030' +
        '665c6e4127425c225c5c5c5c5c222f227d',
    );
  });

  it('3.2.2.2: the short escapes, lower-case hexadecimal for other controls, nothing else escaped', () => {
    const text = '\b\t\n\f\r"\\\u0000\u001f\u007f/\u2028\u2029\ufeff\uffff😀';
    expect(canonicalJson(text)).toBe(String.raw`"\b\t\n\f\r\"\\\u0000\u001f` + '\u007f/\u2028\u2029\ufeff\uffff😀"');
  });

  const double = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE();

  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('appendix B: number %s is %s', (hex, text) => {
    expect(canonicalJson(double(hex))).toBe(text);
  });

  it.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])('appendix B: %s is no number', (hex) => {
    expect(codeOf(double(hex))).toBe('NOT_CANONICALISABLE');
  });

  // The RFC writes these. We refuse them: integers in digits that are not exact (RFC 7493 section 2.2).
  it.each([
    ['4340000000000000', 9007199254740992],
    ['c340000000000000', -9007199254740992],
    ['4430000000000000', 295147905179352830000],
    ['444b1ae4d6e2ef4e', 999999999999999700000],
    ['444b1ae4d6e2ef4f', 999999999999999900000],
  ])('appendix B: %s is refused, an integer beyond 2^53 - 1', (hex, number) => {
    expect(double(hex)).toBe(number);
    expect(codeOf(number)).toBe('NOT_CANONICALISABLE');
  });
});

describe('canonicalJson', () => {
  it.each([
    ['2^53 - 1', 9007199254740991, '9007199254740991'],
    ['-(2^53 - 1)', -9007199254740991, '-9007199254740991'],
    ['an empty object and an empty list', [{}, []], '[{},[]]'],
    ['a member named __proto__', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    ['an object without a prototype', Object.assign(Object.create(null), { b: 1, a: 2 }), '{"a":2,"b":1}'],
    ['names that look like numbers', { 10: 1, 9: 2, '': 3 }, '{"":3,"10":1,"9":2}'],
  ])('writes %s', (_, value, text) => {
    expect(canonicalJson(value as JsonValue)).toBe(text);
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const nested = (levels: number): JsonValue => (levels === 0 ? 1 : [nested(levels - 1)]);

  it.each([
    ['NaN', NaN],
    ['an infinity', [Infinity]],
    ['a high surrogate alone', { a: '\ud83d' }],
    ['a low surrogate alone', ['x\ude00']],
    ['surrogates in the wrong order', '\ude00\ud83d'],
    ['a lone surrogate in a name', { '\ud800': 1 }],
    ['undefined in an object', { a: undefined }],
    ['a hole in a list', Array(1)],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a boxed number', Object(1)],
    ['bytes', new Uint8Array(1)],
    ['a cycle', cyclic],
    ['65 levels', nested(65)],
  ])('refuses %s', (_, value) => {
    expect(codeOf(value)).toBe('NOT_CANONICALISABLE');
  });

  it('writes 64 levels', () => {
    expect(canonicalJson(nested(64))).toBe(`${'['.repeat(64)}1${']'.repeat(64)}`);
  });
});

describe('isCanonicalJson', () => {
  it('takes what canonicalJson writes', () => {
    expect(isCanonicalJson('{"a":[1,"€",null],"b":{}}')).toBe(true);
    expect(isCanonicalJson('null')).toBe(true);
  });

  it.each([
    ['a duplicate name', '{"a":1,"a":1}'],
    ['a duplicate name, deeper and escaped', '{"x":{"a":1,"\\u0061":2}}'],
    ['unsorted names', '{"b":1,"a":2}'],
    ['white space', '{"a": 1}'],
    ['a line feed at the end', '{}\n'],
    ['a byte order mark', '\ufeff{}'],
    ['minus zero', '-0'],
    ['another form of a number', '[1.0]'],
    ['an exponent that is not needed', '[1e2]'],
    ['an integer that a double rounds', '9007199254740993'],
    ['an integer that is not exact', '9007199254740992'],
    ['a number that is too large', '1e999'],
    ['a needless escape', '"\\u0061"'],
    ['an escaped solidus', '"\\/"'],
    ['upper-case hexadecimal', '"\\u001F"'],
    ['an escaped lone surrogate', '"\\ud800"'],
    ['an escaped surrogate pair', '"\\ud83d\\ude00"'],
    ['a control as itself', '"\u0001"'],
    ['no JSON', '{'],
    ['nothing', ''],
    ['too many levels', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ])('refuses %s', (_, text) => {
    expect(isCanonicalJson(text)).toBe(false);
  });
});
