import { describe, expect, it } from '@jest/globals';
import { parseNote } from './signed-note.js';
import { formatTreeHead, parseTreeHead } from './tree-head.js';

/** The worked example of https://c2sp.org/tlog-checkpoint. */
const note = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;
const { text } = parseNote(note)!;
const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';

describe('https://c2sp.org/tlog-checkpoint', () => {
  it('reads and writes the worked example', () => {
    const head = parseTreeHead(text, 32)!;
    expect(head).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(formatTreeHead(head)).toBe(text);
  });

  it('leaves extension lines, which are opaque, to whoever knows them', () => {
    expect(parseTreeHead(`${text}one\nanother\n`, 32)).toEqual(parseTreeHead(text, 32));
  });

  it('writes the empty tree as size 0', () => {
    expect(formatTreeHead({ origin: 'o', size: 0, root: new Uint8Array(3) })).toBe('o\n0\nAAAA\n');
    expect(parseTreeHead('o\n0\nAAAA\n', 3)).toEqual({ origin: 'o', size: 0, root: new Uint8Array(3) });
  });

  it.each([
    ['an empty extension line', `${text}extension\n\n`],
    ['an empty line', `${text}\n`],
    ['no newline at its end', text.slice(0, -1)],
    ['no root', 'o\n1\n'],
    ['an empty origin', `\n1\n${root}\n`],
    ['a leading zero', `o\n01\n${root}\n`],
    ['a sign', `o\n+1\n${root}\n`],
    ['an exponent', `o\n1e3\n${root}\n`],
    ['a size beyond 2^53', `o\n9007199254740992\n${root}\n`],
    ['a short root', 'o\n1\nAAAA\n'],
    ['a root without padding', `o\n1\n${root.slice(0, -1)}\n`],
  ])('refuses a text with %s', (_, changed) => expect(parseTreeHead(changed, 32)).toBeUndefined());

  it.each([-1, 0.5, 2 ** 53])('does not write the size %d', (size) => {
    expect(() => formatTreeHead({ origin: 'o', size, root: new Uint8Array(32) })).toThrow(RangeError);
  });
});
