import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import fc from 'fast-check';
import { nthOf, WRITTEN_ABOUT } from './anew.js';
import { answerable, answerableIntervals } from './answerable.js';
import { correctionOf } from './corrections.js';
import { dueInstants, duties } from './deadlines.js';
import { hubRules } from './rule-book.js';
import { atWujiang } from './testing/cast.js';
import { eventsOf, type Move, playOnTwoNodes, reordered } from './testing/two-nodes.js';
import { admit, transferDecider } from './transfer.js';
import { AT_ONCE } from './transmission.js';
import { dueActs } from './verdicts.js';
import type { OnceType, TransferEvent, TransferEventType } from './transfer.events.js';
import { PROCEDURE } from './transfer.procedure.js';
import { actsOf, isRepeated, keyOf, struckOf } from './transfer.state.js';
import { fileStatusOf, personStatusOf, statusOf, type TransferStatus } from './transfer.status.js';

const kind = fc.oneof(
  { weight: 40, arbitrary: fc.constant('act' as const) },
  { weight: 40, arbitrary: fc.constant('deliver' as const) },
  { weight: 19, arbitrary: fc.constant('try' as const) },
  { weight: 10, arbitrary: fc.constant('judge' as const) },
  { weight: 1, arbitrary: fc.constant('withdraw' as const) },
  { weight: 2, arbitrary: fc.constant('correct' as const) },
);
const move: fc.Arbitrary<Move> = fc.record({
  kind,
  pick: fc.nat(1_000),
  pass: fc.nat(2_000),
  back: fc.constantFrom(0, 0, 0, 30, 3_000),
});
const anyMoves = fc.array(move, { minLength: 1, maxLength: 80, size: 'max' });
/** A side does what the procedure has next, so many times, and the other node hears of it. */
const course = (side: 'origin' | 'receiving', acts: number): Move[] => [
  ...Array.from({ length: acts }, (): Move => ({ kind: 'act', pick: 0, pass: 60, back: 0 })),
  ...Array.from({ length: acts }, (): Move => ({ kind: 'deliver', pick: side === 'origin' ? 1 : 0, pass: 0, back: 0 })),
];
/** Applied, with an opinion, consulted, received, agreed to, decided and served: what is rare begins here. */
const served = [...course('origin', 3), ...course('receiving', 2), ...course('origin', 2)];
const moves = fc.tuple(fc.constantFrom([], served), anyMoves).map(([before, after]) => [...before, ...after]);
const runs = { numRuns: 200, endOnFailure: true };

const facts = (events: readonly TransferEvent[]) => events.map((event) => ({ caseId: 'transfer-1', event }));

/** All that is derived from a case. */
const derived = (events: readonly TransferEvent[]) => {
  const state = fold(transferDecider, events);
  return {
    ...{ state, status: statusOf(state), files: fileStatusOf(state), person: personStatusOf(state) },
    ...{ dues: dueInstants(state, hubRules), intervals: answerableIntervals(facts(events)) },
  };
};

describe('two nodes that hear of each other late', () => {
  it('the moves do every act there is, and reach every status a case can have', () => {
    const reached = new Set<TransferStatus>();
    const done = new Set<TransferEventType>();
    for (const each of fc.sample(moves, { numRuns: 320, seed: 20250311 }))
      eventsOf(playOnTwoNodes(each).origin).reduce((state, event) => {
        const next = transferDecider.evolve(state, event);
        reached.add(statusOf(next)!);
        done.add(event.type);
        return next;
      }, transferDecider.initialState);
    expect([...done].sort()).toEqual(Object.keys(PROCEDURE).sort());
    expect([...reached].sort()).toEqual([
      ...['APPLIED', 'COMPLETED', 'CONSULTING', 'DECIDED_APPROVED', 'DECIDED_REFUSED', 'DISPUTED'],
      ...['NOTIFIED', 'OPINION_GIVEN', 'REPLIED_AGREE', 'REPLIED_REFUSE', 'REPLY_OVERDUE', 'RESOLVED', 'WITHDRAWN'],
    ]);
  });

  it('admit whatever the other has recorded, and then stand at the same place', () =>
    fc.assert(
      fc.property(moves, (all) => {
        const { origin, receiving, refused } = playOnTwoNodes(all);
        expect(refused).toEqual([]);
        expect(derived(eventsOf(receiving))).toEqual(derived(eventsOf(origin)));
      }),
      runs,
    ));

  it('any order that respects causation is admitted, event by event, and folds to the same', () =>
    fc.assert(
      fc.property(moves, fc.array(fc.nat(1_000), { maxLength: 20, size: 'max' }), (all, priorities) => {
        const { origin } = playOnTwoNodes(all);
        const other = reordered(origin, priorities);
        other.forEach(({ event, author }, index) =>
          expect(admit(fold(transferDecider, eventsOf(other.slice(0, index))), event, author)).toBeUndefined(),
        );
        expect(derived(eventsOf(other))).toEqual(derived(eventsOf(origin)));
      }),
      runs,
    ));

  it('every act is done once, and again only when it was struck, a sanction decided once by each party, and none withdrawn that stands served', () =>
    fc.assert(
      fc.property(moves, (all) => {
        const events = eventsOf(playOnTwoNodes(all).origin);
        const whatByWhom = events.map((act) =>
          act.type === 'transfer.sanction-decided'
            ? `${act.type} ${nthOf(act)} ${act.actor.agencyId}`
            : `${keyOf(act)} ${nthOf(act)}`,
        );
        expect(new Set(whatByWhom).size).toBe(events.length);
        const state = fold(transferDecider, events);
        const isWrong = correctionOf(state, 'transfer.applied', 1) !== undefined;
        expect(isWrong || !state['transfer.withdrawn'] || !state['transfer.decision-served']).toBe(true);
        for (const act of events.filter((each) => nthOf(each) > 1 && !isRepeated(each.type)))
          expect(
            [act.type as OnceType, WRITTEN_ABOUT[act.type as OnceType]].some(
              (type) => type !== undefined && struckOf(state, type).length > 0,
            ),
          ).toBe(true);
      }),
      runs,
    ));

  it('an event that comes again changes nothing and is not admitted again', () =>
    fc.assert(
      fc.property(moves, fc.nat(1_000), (all, pick) => {
        const { receiving } = playOnTwoNodes(all);
        const again = receiving[pick % Math.max(receiving.length, 1)];
        if (again === undefined) return;
        const events = eventsOf(receiving);
        expect(derived([...events, again.event])).toEqual(derived(events));
        expect(admit(fold(transferDecider, events), again.event, again.author)).toBeDefined();
      }),
      runs,
    ));

  it('at every instant exactly one agency answers, at either node, also while they differ', () =>
    fc.assert(
      fc.property(moves, fc.nat(60), (all, cut) => {
        const { origin, receiving } = playOnTwoNodes(all);
        for (const log of [origin.slice(0, cut), receiving.slice(0, cut)]) {
          const known = facts(eventsOf(log));
          if (known.length === 0) continue;
          expect(answerable(known, '2025-01-05T00:00:00.000Z')).toBeUndefined();
          for (const instant of [atWujiang.since, ...known.map(({ event }) => event.occurredAt)]) {
            const holders = answerableIntervals(known).filter(
              ({ from, until }) => from <= instant && (until === undefined || instant < until),
            );
            expect(holders).toHaveLength(1);
          }
        }
      }),
      runs,
    ));

  it('a person answers to the origin until they have reported, and to the receiving agency from then on', () =>
    fc.assert(
      fc.property(moves, (all) => {
        const events = eventsOf(playOnTwoNodes(all).origin);
        const known = facts(events);
        const reported = fold(transferDecider, events)['transfer.person-reported']?.occurredAt;
        for (const { event } of known)
          expect(answerable(known, event.occurredAt)?.agency).toBe(
            reported === undefined || event.occurredAt < reported ? 'cca-320509' : 'cca-310118',
          );
      }),
      runs,
    ));

  it('the limits after each fact are those of all facts together, whatever was known of the limits before', () =>
    fc.assert(
      fc.property(moves, (all) => {
        eventsOf(playOnTwoNodes(all).origin).reduce((state, event) => {
          const next = transferDecider.evolve(state, event);
          // A copy of the state bears nothing of how it came to be.
          expect(duties(next, hubRules)).toEqual(duties({ ...next }, hubRules));
          expect(dueInstants(next, hubRules)).toEqual(dueInstants({ ...next }, hubRules));
          return next;
        }, transferDecider.initialState);
      }),
      runs,
    ));

  it('both nodes compute the same due instants, and each verdict has one writer and one instant', () =>
    fc.assert(
      fc.property(moves, (all) => {
        const { origin, receiving } = playOnTwoNodes(all);
        const [here, there] = [origin, receiving].map((log) => fold(transferDecider, eventsOf(log)));
        if (here === undefined || there === undefined) return;
        expect(dueInstants(here, hubRules)).toEqual(dueInstants(there, hubRules));
        for (const party of ['origin', 'receiving'] as const) {
          const later = dueActs(here, '2026-01-01T00:00:00.000Z', hubRules, party, AT_ONCE);
          expect(JSON.stringify(dueActs(there, '2026-01-01T00:00:00.000Z', hubRules, party, AT_ONCE))).toBe(
            JSON.stringify(later),
          );
          const known = new Set(actsOf(here).map(keyOf));
          for (const act of later) expect(known.has(keyOf(act))).toBe(false);
        }
      }),
      runs,
    ));
});
