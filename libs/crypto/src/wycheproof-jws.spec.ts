import { describe, expect, it } from '@jest/globals';
import { openEvent, signEvent, verifySignature } from './envelope.js';
import { sampleEvent, twoNodes } from './testing/event-fixtures.js';
import { judge, jwsCases } from './testing/wycheproof-jws.js';

/**
 * What these vectors can show, and what they cannot. None of the 401 is EdDSA, so the hub itself refuses every one by
 * its header, and that alone would prove little. Therefore they also go through the hub's own strict reader with a
 * test's primitives behind it (see `judge`): there the form rules, the registered header and the algorithm bound to the
 * key decide, and the valid ones get through unless one of those rules is stricter than the RFC. That HS256, ES256,
 * RS and PS signatures are then told apart is Node's merit, not ours; Ed25519 has its own vectors in `ed25519.spec.ts`.
 */
const valid = jwsCases.filter(({ result }) => result === 'valid');
const invalid = jwsCases.filter(({ result }) => result === 'invalid');
const caseOf = (tcId: number) => jwsCases.find((one) => one.tcId === tcId)!;

describe('Wycheproof JWS through the strict reader', () => {
  it('has all 401 cases, 46 of them valid', () => {
    expect(jwsCases.map(({ tcId }) => tcId)).toEqual([...Array(401).keys()].map((index) => index + 1));
    expect([valid.length, invalid.length]).toEqual([46, 355]);
  });

  it.each(invalid)('$tcId $comment: invalid, refused', (one) => {
    expect(judge(one)).not.toBe('accepted');
  });

  it('accepts the valid ones but for these, each for a rule of ours', () => {
    const refused = valid.map((one) => [one.tcId, judge(one)]).filter(([, verdict]) => verdict !== 'accepted');
    expect(refused).toEqual([
      // The header says PS384, the key is for PS256: the key decides.
      [346, 'the header is not a registered one'],
      // The key's algorithm is "ES521", which nobody registered.
      [347, 'the key is not registered'],
      // 346 and 347 again, with key_ops.
      [350, 'the header is not a registered one'],
      [351, 'the key is not registered'],
      // Sound, but the header's members are not in canonical order: one key has one header.
      [357, 'the header is not a registered one'],
      [358, 'the header is not a registered one'],
      [359, 'the header is not a registered one'],
      // A question mark inside base64url: valid only to readers that skip what they do not know.
      [372, 'the header is not strict base64url'],
      [373, 'the payload is not strict base64url'],
      // White space in the header's JSON.
      [376, 'the header is not a registered one'],
      [377, 'the header is not a registered one'],
    ]);
  });

  it('refuses the six that lenient libraries accept', () => {
    expect([360, 365, 367, 368, 370, 375].map((tcId) => [tcId, judge(caseOf(tcId))])).toEqual([
      [360, 'the signature is not strict base64url'],
      [365, 'the header is not strict base64url'],
      [367, 'the header is not a registered one'],
      [368, 'the payload is not strict base64url'],
      [370, 'the header is not a registered one'],
      [375, 'the payload is not strict base64url'],
    ]);
  });

  it('367 and 370 hold, byte for byte, the valid 357: only a rule that refuses all three can refuse them', () => {
    for (const tcId of [367, 370]) {
      expect(caseOf(tcId).jws).toBe(caseOf(357).jws);
      expect(caseOf(tcId).jwk).toEqual(caseOf(357).jwk);
    }
  });

  it('the other four are refused for their base64url, not for their header: with it registered, too', () => {
    const asWritten = (alg: string, kid: string): string => JSON.stringify({ kid, alg });
    const verdicts = (tcIds: number[]) => tcIds.map((tcId) => judge(caseOf(tcId), asWritten));
    expect(verdicts([357, 358, 359])).toEqual(['accepted', 'accepted', 'accepted']);
    expect(verdicts([360, 365, 368, 375])).toEqual([360, 365, 368, 375].map((tcId) => judge(caseOf(tcId))));
  });
});

describe('Wycheproof JWS at the door of the hub', () => {
  const { signer, trust } = twoNodes();
  const signed = signEvent(sampleEvent, signer);
  const [header, payload, signature] = signed.split('.') as [string, string, string];

  it('refuses all 401 by their form: no header of theirs is registered', () => {
    const { publicJwk } = trust.nodes[0]!.eventKeys[0]!;
    for (const { jws } of jwsCases) {
      expect(openEvent(jws, trust)).toMatchObject({ ok: false, check: 'FORM' });
      expect(verifySignature(jws, publicJwk)).toBe(false);
    }
  });

  it.each([
    ['360, spaces before the signature', `${header}.${payload}.    ${signature}`],
    ['365, spaces after the header', `${header}    .${payload}.${signature}`],
    ['367, padding', `${header}=.${payload}.${signature}==`],
    ['368, spaces before the payload', `${header}.    ${payload}.${signature}`],
    ['370, padding of the payload', `${header}.${payload}=.${signature}`],
    ['372, a question mark in the header', `${header.slice(0, -1)}?${header.slice(-1)}.${payload}.${signature}`],
  ])('refuses one of its own events with the fault of %s', (_, jws) => {
    expect(openEvent(signed, trust).ok).toBe(true);
    expect(openEvent(jws, trust)).toMatchObject({ ok: false, check: 'FORM' });
  });

  it('refuses one of its own events with the fault of 375, unused bits of the payload', () => {
    // Only a payload that does not end on a group of three bytes has unused bits.
    const candidates = ['x', 'xx', 'xxx'].map((data) => signEvent({ ...sampleEvent, data }, signer));
    const unpadded = candidates.find((jws) => jws.split('.')[1]!.length % 4 === 3)!;
    const text = unpadded.split('.')[1]!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const next = alphabet[alphabet.indexOf(text.at(-1)!) + 1]!;
    const changed = unpadded.replace(`.${text}.`, `.${text.slice(0, -1)}${next}.`);
    expect(openEvent(unpadded, trust).ok).toBe(true);
    expect(openEvent(changed, trust)).toMatchObject({ ok: false, check: 'FORM' });
  });
});
