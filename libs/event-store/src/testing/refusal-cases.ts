import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { EventToAppend, Expected } from '../event-store.js';
import { anEvent, codeOf, contractCase, mustAppend, someEvents } from './contract-case.js';

const STREAM = 'transfer-1';
const MEBIBYTE = 1_048_576;

interface Malformed {
  readonly what: string;
  readonly stream?: string;
  readonly expected?: Expected;
  readonly events?: readonly EventToAppend[];
}

const sized = (...sizes: readonly number[]) => sizes.map((size) => ({ ...anEvent(), data: new Uint8Array(size) }));
const twice = anEvent();

const malformed: readonly Malformed[] = [
  { what: 'no event', events: [] },
  { what: 'no stream name', stream: '' },
  { what: 'a stream name with a space', stream: 'transfer 1' },
  { what: 'a stream name that is not ASCII', stream: 'transfer-变更' },
  { what: 'a stream name with a NUL', stream: 'transfer-\u0000' },
  { what: 'a stream name of a server', stream: '$all' },
  { what: 'a stream name of 256 characters', stream: 'x'.repeat(256) },
  { what: 'a negative revision', expected: -1n },
  { what: 'an id in upper case', events: [anEvent('x', 'ABCDEF00-0000-7000-8000-000000000001')] },
  { what: 'an id that is not a UUID', events: [anEvent('x', 'event-1')] },
  { what: 'the nil UUID', events: [anEvent('x', '00000000-0000-0000-0000-000000000000')] },
  { what: 'an id twice in one append', events: [twice, twice] },
  { what: 'no type', events: [{ ...anEvent(), type: '' }] },
  { what: 'a type that is not ASCII', events: [{ ...anEvent(), type: '变更' }] },
  { what: 'one event too large', events: sized(MEBIBYTE + 1) },
  { what: 'events too large together', events: sized(MEBIBYTE - 1, 2) },
  { what: 'a bad event behind good ones', events: [...someEvents(2), anEvent('x', 'event-1')] },
];

/** What is refused before it can be stored. */
export const refusalCases = [
  ...malformed.map(({ what, stream = STREAM, expected = 'no-stream', events = someEvents(1) }) =>
    contractCase(`${what} is refused and stores nothing`, async ({ store }) => {
      strictEqual(await codeOf(store.append(stream, expected, events)), 'INVALID_EVENT');
      strictEqual(await store.head(), undefined);
    }),
  ),

  contractCase('data of one mebibyte in one append are taken', async ({ store }) => {
    const events = sized(MEBIBYTE - 1, 1);
    await mustAppend(store, STREAM, 'no-stream', events);
    deepStrictEqual(
      (await store.read(STREAM)).map(({ data }) => data.byteLength),
      [MEBIBYTE - 1, 1],
    );
  }),
];
