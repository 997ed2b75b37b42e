import { type EventToAppend, InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cases } from './cases.js';
import { intervalsOf } from '@delta-hub/handoff';
import { historyOf } from './intervals.js';
import { casesAt } from './past-cases.js';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { StoreFeed } from './store-feed.js';
import { ACTS, CASE, signed } from './testing/sample-records.js';
import type { View } from './view.js';

const PERSON = 'T-320509-0001';
const WUJIANG = 'cca-320509';
const intake = signed(
  {
    ...{ type: 'person.intake-registered', occurredAt: '2025-01-06T01:00:00.000Z', actor: ACTS.applied.actor },
    data: {
      ...{ personId: PERSON, category: 'SuspendedSentence', agency: WUJIANG },
      ...{ correctionStart: '2025-01-06', correctionEnd: '2026-07-05' },
    },
  },
  '32',
  { stream: `person-${PERSON}` },
);
const FACTS: readonly EventToAppend[] = [
  intake,
  ...(['applied', 'opinion', 'consulted', 'received', 'replied', 'decided'] as const).map((name) =>
    signed(ACTS[name], name === 'received' || name === 'replied' ? '31' : '32'),
  ),
];

let now: string;
let store: InMemoryEventStore;
let readModels: ReadModels;
let feed: StoreFeed;
let projector: Projector;

const project = async (into: ReadModels): Promise<Projector> => {
  const started = new Projector(feed, into, '32');
  started.start();
  const head = await store.head();
  if (head !== undefined) await started.waitFor(head);
  return started;
};

const begin = async (): Promise<void> => {
  now = '2025-01-06T01:00:00.000Z';
  store = new InMemoryEventStore(undefined, () => now);
  readModels = new ReadModels(':memory:');
  feed = new StoreFeed(store);
  feed.start();
  projector = await project(readModels);
};
const end = async (): Promise<void> => {
  await projector.stop();
  await feed.stop();
  await store.close();
  readModels.close();
};
beforeEach(begin);
afterEach(end);

const receive = async (event: EventToAppend, at: string): Promise<void> => {
  now = at;
  const stream = event === intake ? `person-${PERSON}` : CASE;
  const last = (await store.read(stream)).at(-1)?.revision ?? 'no-stream';
  const result = await store.append(stream, last, [event]);
  if (result.outcome !== 'appended') throw new Error('a conflict');
  await projector.waitFor(result.position);
};

/** Every answer there is. */
const answers = (cases: Cases) => ({
  transfer: cases.transfer(CASE),
  ofPerson: cases.transfersOfPerson(PERSON),
  list: cases.transfers({ agencies: [WUJIANG], status: undefined, before: undefined, limit: 10 }),
  intake: cases.person(PERSON),
  facts: cases.factsOfStream(CASE),
  duties: cases.openDuties('prov-320000', undefined, 10),
  answerability: intervalsOf(historyOf(cases, PERSON)),
});
const at = (view: View) => answers(casesAt(readModels, view));

const day = (number: number): string => new Date(Date.UTC(2025, 2, number)).toISOString();

describe('what a node knew and what was true', () => {
  it('a reply of the 17th that came on the 20th: what did node 32 know on the 18th, and what was so?', async () => {
    for (const event of FACTS.slice(0, 5)) await receive(event, day(13));
    await receive(FACTS[5]!, day(20));
    const statusAt = (view: View) => casesAt(readModels, view).transfer(CASE)?.status;
    expect(statusAt({ asOf: day(18) })).toBe('CONSULTING');
    expect(statusAt({ validAt: day(18) })).toBe('REPLIED_AGREE');
    expect(statusAt({ asOf: day(18), validAt: day(18) })).toBe('CONSULTING');
    expect(statusAt({ asOf: day(20), validAt: '2025-03-17T01:59:59.999Z' })).toBe('CONSULTING');
    expect(statusAt({ asOf: day(12) })).toBeUndefined();
    expect(statusAt({ validAt: day(9) })).toBeUndefined();
    expect(casesAt(readModels, { asOf: day(18) }).openDuties('prov-310000', undefined, 10)).toMatchObject([
      { step: 'REPLY', agency: 'cca-310118' },
    ]);
    expect(casesAt(readModels, { validAt: day(18) }).openDuties('prov-310000', undefined, 10)).toEqual([]);
  });

  it('a stream that is no transfer is none in the past either', async () => {
    await receive(intake, day(1));
    expect(casesAt(readModels, { asOf: day(2) }).transfer(`person-${PERSON}`)).toBeUndefined();
  });

  it('as of an instant is what was answered at that instant, also after a new start on an empty read model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 72 }), { minLength: FACTS.length, maxLength: FACTS.length }),
        async (hours) => {
          await end();
          await begin();
          const told: { readonly at: string; readonly answer: ReturnType<typeof answers> }[] = [];
          let time = Date.UTC(2025, 2, 18, 2);
          for (const [index, event] of FACTS.entries()) {
            time += hours[index]! * 3_600_000;
            const received = new Date(time).toISOString();
            await receive(event, received);
            const answer = answers(readModels);
            told.push({ at: received, answer }, { at: new Date(time + 3_599_999).toISOString(), answer });
          }
          const rebuilt = new ReadModels(':memory:');
          const again = await project(rebuilt);
          for (const { at: asOf, answer } of told) {
            expect(at({ asOf })).toEqual(answer);
            expect(answers(casesAt(rebuilt, { asOf }))).toEqual(answer);
          }
          // Everything here has been done by the last receipt.
          const last = told.at(-1)!;
          expect(at({ validAt: last.at })).toEqual(last.answer);
          await again.stop();
          rebuilt.close();
        },
      ),
      { numRuns: 10 },
    );
  });

  it('an effect is known with its cause, even where the clock was set back between them', async () => {
    await receive(FACTS[0]!, day(1));
    await receive(FACTS[1]!, day(12));
    await receive(FACTS[2]!, day(11));
    expect(casesAt(readModels, { asOf: day(11) }).transfer(CASE)?.status).toBe('OPINION_GIVEN');
    expect(casesAt(readModels, { asOf: day(10) }).transfer(CASE)).toBeUndefined();
  });
});
