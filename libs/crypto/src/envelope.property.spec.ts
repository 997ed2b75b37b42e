import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromDetached, toDetached } from './compact.js';
import { openDetached, openEvent, openEvents, signEvent } from './envelope.js';
import { trustRule } from './key-rule.js';
import { openingTogether } from './open-together.js';
import { sampleEvent, twoNodes } from './testing/event-fixtures.js';
import { parseTrustList, type TrustList } from './trust-list.js';

const { signer, trust } = twoNodes();
const signed = Buffer.from(signEvent(sampleEvent, signer));
const { payload, detached } = toDetached(signed.toString());

const position = fc.nat({ max: signed.length - 1 });
const anyByte = fc.integer({ min: 0, max: 255 });
/** Most bytes are no base64url and fail early; these reach the checks behind. */
const likelyByte = fc.constantFrom(
  ...Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='),
);
const byte = fc.oneof({ weight: 3, arbitrary: likelyByte }, anyByte);

it('refuses every event with one byte changed', () => {
  fc.assert(
    fc.property(position, byte, (at, value) => {
      fc.pre(signed[at] !== value);
      const changed = Buffer.from(signed);
      changed[at] = value;
      expect(openEvent(changed, trust).ok).toBe(false);
    }),
    { numRuns: 3000 },
  );
});

it('refuses every event with one byte added or left out', () => {
  for (const at of signed.keys())
    expect(openEvent(Buffer.concat([signed.subarray(0, at), signed.subarray(at + 1)]), trust).ok).toBe(false);
  fc.assert(
    fc.property(fc.nat({ max: signed.length }), byte, (at, value) => {
      const longer = Buffer.concat([signed.subarray(0, at), Buffer.from([value]), signed.subarray(at)]);
      expect(openEvent(longer, trust).ok).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

it('refuses every record with one bit changed in its payload', () => {
  for (const at of payload.keys()) {
    const changed = Uint8Array.from(payload);
    changed[at]! ^= 1 << (at % 8);
    expect(openDetached(changed, detached, trust).ok).toBe(false);
  }
});

it('refuses whatever else comes, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string({ unit: 'binary', maxLength: 400 })), (bytes) => {
      expect(openEvent(bytes, trust).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

it('signs whatever a case holds, and opens it to the same, compact or detached', () => {
  const data = fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeNat(), fc.boolean()));
  fc.assert(
    fc.property(data, (fields) => {
      const jws = signEvent({ ...sampleEvent, data: fields }, signer);
      const opened = openEvent(jws, trust);
      expect(opened.ok && opened.event.data).toEqual(fields);
      const parts = toDetached(jws);
      expect(fromDetached(parts.payload, parts.detached)).toBe(jws);
      expect(openDetached(parts.payload, parts.detached, trust)).toEqual(opened);
    }),
    { numRuns: 200 },
  );
});

it('gives each of many records that are asked about at once the answer that it has alone', async () => {
  const open = openingTogether();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat({ max: payload.length - 1 }), byte)), async (changes) => {
      const payloads = changes.map(([at, other]) => Uint8Array.from(payload).with(at, other));
      const records = [...payloads.map((changed) => [changed, detached] as const), [payload, undefined] as const];
      const opened = await Promise.all(records.map(([bytes, rest]) => open(bytes, rest, trustRule(trust))));
      expect(opened).toEqual(records.map(([bytes, rest]) => openDetached(bytes, rest, trust)));
    }),
    { numRuns: 100 },
  );
});

it('gives each of many events the answer that it has alone, by the rule of its own place', () => {
  const places = fc.array(fc.option(fc.tuple(position, byte), { nil: undefined }), { maxLength: 12 });
  const noTrust = parseTrustList({ nodes: [] });
  fc.assert(
    fc.property(places, fc.nat({ max: 12 }), (changes, trustedFrom) => {
      const events = changes.map((change) => {
        const event = Buffer.from(signed);
        if (change !== undefined) event[change[0]] = change[1];
        return event;
      });
      const keysAt = (index: number): TrustList => (index < trustedFrom ? noTrust : trust);
      expect(openEvents(events, keysAt)).toEqual(events.map((event, index) => openEvent(event, keysAt(index))));
    }),
    { numRuns: 300 },
  );
});
