import { createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  ED25519,
  formatNote,
  formatVerifierKey,
  keyIdOf,
  type NoteKey,
  type NoteVerifier,
  openNote,
  parseNote,
  parseVerifierKey,
  signNote,
} from './signed-note.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

const verifierOf = (key: NoteKey): NoteVerifier => {
  const x = Buffer.from(key.publicKey).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return { ...key, verify: (text, signature) => verify(null, text, publicKey, signature) };
};

const known = (vkey: string): NoteVerifier => verifierOf(parseVerifierKey(sha256, vkey)!);

/** The worked example of https://c2sp.org/signed-note, section "Verifier keys". */
const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const example = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
const line = example.split('\n')[2]!;

/** The first note of the specification: a text with an empty line, whose key it does not give. */
const poem = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`;

describe('https://c2sp.org/signed-note', () => {
  it('opens the worked example with its verifier key', () => {
    const opened = openNote(example, [known(vkey)]);
    expect(opened).toMatchObject({ ok: true, text: 'This is an example message.\n' });
  });

  it('writes the worked verifier key as it reads it', () => {
    const key = parseVerifierKey(sha256, vkey)!;
    expect(key.name).toBe('example.com/foo');
    expect(formatVerifierKey(key)).toBe(vkey);
  });

  it('splits text and signatures at the last empty line', () => {
    const { text, signatures } = parseNote(poem)!;
    expect(text.split('\n')).toHaveLength(5);
    expect(signatures.map(({ name }) => name)).toEqual(['quasimodo.example/salvatore']);
    expect(formatNote({ text, signatures })).toBe(poem);
  });

  it('no changed character goes unnoticed', () => {
    for (let at = 0; at < example.length; at += 1)
      for (const other of ['A', 'b', '0', '+', ' ', '\n', '\t', '—', '=']) {
        if (example[at] === other) continue;
        const changed = example.slice(0, at) + other + example.slice(at + 1);
        expect([at, other, openNote(changed, [known(vkey)]).ok]).toEqual([at, other, false]);
      }
  });

  it('nor one left out or put in', () => {
    for (let at = 0; at < example.length; at += 1) {
      expect(openNote(example.slice(0, at) + example.slice(at + 1), [known(vkey)]).ok).toBe(false);
      expect(openNote(`${example.slice(0, at)}A${example.slice(at)}`, [known(vkey)]).ok).toBe(false);
    }
  });
});

describe('signatures', () => {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = new Uint8Array(Buffer.from(pair.publicKey.export({ format: 'jwk' }).x!, 'base64url'));
  const name = 'log.example/own';
  const own: NoteKey = { name, type: ED25519, publicKey, keyId: keyIdOf(sha256, name, ED25519, publicKey) };
  const signer = { ...own, sign: (text: Uint8Array) => sign(null, text, pair.privateKey) };
  const note = signNote('text\n', signer);
  const ownLine = note.split('\n')[2]!;
  const stranger = line.replace('example.com/foo', 'example.com/stranger');

  it('of ours verify', () => expect(openNote(note, [verifierOf(own)])).toMatchObject({ ok: true, text: 'text\n' }));

  it('of unknown keys are ignored, also when they share the name or the id of a known one', () => {
    const sameName = `— ${name} ${'A'.repeat(90)}==`;
    const sameId = ownLine.replace(name, 'log.example/other');
    const opened = openNote(`text\n\n${stranger}\n${sameName}\n${sameId}\n${ownLine}\n`, [verifierOf(own)]);
    expect(opened).toMatchObject({ ok: true, signedBy: [{ name }] });
  });

  it('of unknown keys alone are not enough', () => {
    expect(openNote(`text\n\n${stranger}\n`, [verifierOf(own)])).toEqual({ ok: false, reason: 'NO_KNOWN_KEY' });
    expect(openNote(note, [])).toEqual({ ok: false, reason: 'NO_KNOWN_KEY' });
  });

  it('of a known key that do not verify refuse the note, whoever else signed', () => {
    const forged = `${ownLine.slice(0, -3)}${ownLine.at(-3) === 'A' ? 'B' : 'A'}${ownLine.slice(-2)}`;
    expect(openNote(`text\n\n${ownLine}\n${forged}\n`, [verifierOf(own)])).toMatchObject({ ok: false });
    expect(openNote(`other text\n\n${ownLine}\n`, [verifierOf(own)])).toEqual({ ok: false, reason: 'BAD_SIGNATURE' });
  });

  it('may be many', () => {
    const many = `text\n\n${`${stranger}\n`.repeat(63)}${ownLine}\n`;
    expect(openNote(many, [verifierOf(own)])).toMatchObject({ ok: true });
    expect(parseNote(`text\n\n${`${stranger}\n`.repeat(65)}`)).toBeUndefined();
  });
});

describe('what is malformed', () => {
  it.each([
    ['no signature', 'text\n\n'],
    ['no blank line', `text\n${line}\n`],
    ['no newline at the end', `text\n\n${line}`],
    ['a control character', `te\u0007xt\n\n${line}\n`],
    ['a carriage return', `text\r\n\n${line}\n`],
    ['a lone surrogate', `\ud800\n\n${line}\n`],
    ['a hyphen for the dash', `text\n\n${line.replace('—', '-')}\n`],
    ['a name with a plus', `text\n\n${line.replace('example', 'exam+ple')}\n`],
    ['a signature without bytes', 'text\n\n— example.com/foo Uw2QOg==\n'],
    ['base64url', `text\n\n${line.replace('/', '_')}\n`],
    ['text after the signatures', `text\n\n${line}\nmore\n`],
    ['two spaces', `text\n\n${line.replaceAll(' ', '  ')}\n`],
  ])('a note with %s', (_, note) => expect(openNote(note, [known(vkey)]).ok).toBe(false));

  it.each([
    ['another id', vkey.replace('530d903a', '530d903b')],
    ['an id in capitals', vkey.replace('530d903a', '530D903A')],
    ['another name', vkey.replace('foo', 'bar')],
    ['another key', vkey.replace('ekyeR', 'ekyeS')],
    ['another type', vkey.replace('+Aeky', '+BOky')],
    ['no key', 'example.com/foo+530d903a+AQ=='],
    ['a space in its name', vkey.replace('/', ' ')],
    ['two parts', 'example.com/foo+530d903a'],
    ['nothing', ''],
  ])('a verifier key with %s', (_, text) => expect(parseVerifierKey(sha256, text)).toBeUndefined());

  it('is not written', () => {
    const signatures = [{ name: 'a', keyId: new Uint8Array(4), signature: new Uint8Array(64) }];
    expect(() => formatNote({ text: 'no newline', signatures })).toThrow(RangeError);
    expect(() => formatNote({ text: 'tab\t\n', signatures })).toThrow(RangeError);
    expect(() => formatNote({ text: 'text\n', signatures: [{ ...signatures[0]!, name: 'a b' }] })).toThrow(RangeError);
  });
});
