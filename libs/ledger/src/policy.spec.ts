import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { formatPolicy, isSatisfied, parsePolicy, type Policy } from './policy.js';
import { formatVerifierKey, keyIdOf } from './signed-note.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** A key that nobody holds. */
const vkey = (name: string, type = 4): string => {
  const publicKey = sha256(Buffer.from(name));
  return formatVerifierKey({ name, type, publicKey, keyId: keyIdOf(sha256, name, type, publicKey) });
};

/** The example of https://c2sp.org/tlog-policy, with keys. */
const EXAMPLE = `log ${vkey('log.example/1', 1)}

witness X1 ${vkey('x1')}
witness X2 ${vkey('x2')}
witness X3 ${vkey('x3')}
group X-witnesses 2 X1 X2 X3

witness Y1 ${vkey('y1')}
witness Y2 ${vkey('y2')} https://y2.example/
witness Y3 ${vkey('y3')}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

const read = (text: string): Policy => {
  const parsed = parsePolicy(sha256, text);
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.reason}`);
  return parsed.policy;
};

describe('https://c2sp.org/tlog-policy', () => {
  it.each([
    [['X1', 'X2', 'Y3'], true],
    [['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'], true],
    [['X1', 'X2', 'X3'], false],
    [['X1', 'Y1', 'Y2', 'Y3'], false],
    [['X1', 'X1', 'Y1'], false],
    [[], false],
  ])('the worked example: %j makes the quorum: %s', (witnesses, isEnough) => {
    expect(isSatisfied(read(EXAMPLE), undefined, new Set(witnesses))).toBe(isEnough);
  });

  it('a stranger with the name of a group counts for nothing', () => {
    expect(isSatisfied(read(EXAMPLE), undefined, new Set(['X-witnesses', 'Y-witnesses']))).toBe(false);
  });

  it('is written so that it is read the same', () => {
    expect(read(formatPolicy(read(EXAMPLE)))).toEqual(read(EXAMPLE));
  });

  it('comments, tabs, spaces and empty lines say nothing', () => {
    const spaced = EXAMPLE.replaceAll(' ', ' \t ').replace('quorum', '  # the quorum 法定\n\n\tquorum');
    expect(read(spaced)).toEqual(read(EXAMPLE));
  });

  it('quorum none needs nobody', () => expect(isSatisfied(read('quorum none\n'), undefined, new Set())).toBe(true));

  it.each([
    ['no quorum', EXAMPLE.replace('quorum X-and-Y\n', ''), 14, 'no quorum'],
    ['two', `${EXAMPLE}quorum X1\n`, 15, 'a second quorum'],
    ['a quorum that is defined later', `quorum X1\nwitness X1 ${vkey('x1')}\n`, 1, 'quorum none|<name>'],
    ['a key twice under two names', `${EXAMPLE}witness X4 ${vkey('x1')}\n`, 15, 'a witness that is there twice'],
    ['a name twice', `${EXAMPLE}witness X1 ${vkey('x9')}\n`, 15, 'the name X1 is taken'],
    ['a member of two groups', EXAMPLE.replace('any Y1 Y2', 'any X1 Y2'), 11, 'a member that is there twice'],
    ['none as a member', EXAMPLE.replace('any Y1', 'any none'), 11, 'unknown member none'],
    ['a threshold above the members', EXAMPLE.replace('2 X1', '4 X1'), 6, 'group <name> all|any|<number> <member>...'],
    ['a threshold of nothing', EXAMPLE.replace('2 X1', '0 X1'), 6, 'group <name> all|any|<number> <member>...'],
    ['a key that is none', EXAMPLE.replace('+', '-'), 1, 'log <vkey> [<url>]'],
    ['an unknown word', `constructor X\n${EXAMPLE}`, 1, 'unknown word constructor'],
    ['a control character', EXAMPLE.replace('X1 ', 'X1\r '), 3, 'a control character'],
  ])('refuses %s, with its line', (_, text, line, reason) => {
    expect(parsePolicy(sha256, text)).toEqual({ ok: false, line, reason });
  });
});
