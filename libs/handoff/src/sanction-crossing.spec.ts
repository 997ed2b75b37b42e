import { expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import fc from 'fast-check';
import { dueInstants } from './deadlines.js';
import { hubRules } from './rule-book.js';
import { approving, by, commands, paper, qingpu, wujiang } from './testing/cast.js';
import { recipients, sendCopy } from './testing/copying.js';
import { histories } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { OnceType, TransferEvent } from './transfer.events.js';
import { AT_ONCE } from './transmission.js';

const documents = [paper('proof')];
const rules = hubRules;
const agencies = { origin: wujiang, receiving: qingpu } as const;
type Side = keyof typeof agencies;

const after = (history: readonly TransferEvent[], command: TransferCommand): readonly TransferEvent[] => {
  const decision = transferDecider.decide(command, fold(transferDecider, history));
  return 'rejected' in decision ? history : [...history, ...decision.accepted];
};
const desk = (side: Side, local: string) => by(agencies[side], local);
/** Not reported, searched for in vain, a sanction proposed. */
const proposed = [
  { ...by(qingpu, '2025-03-27 00:00', 'system'), type: 'JudgeDeadlines', rules, transmission: AT_ONCE } as const,
  { ...desk('origin', '2025-03-27 08:00'), type: 'StartSearch', documents } as const,
  { ...desk('origin', '2025-03-28 08:00'), type: 'CloseSearch', outcome: 'not-found', documents } as const,
  { ...desk('origin', '2025-03-28 09:00'), type: 'ProposeSanction', measure: 'admonition', documents, rules } as const,
].reduce(after, histories.receipted);

const report = (side: Side, local: string): TransferCommand => commands.report(desk(side, local));
const decide = (side: Side, local: string): TransferCommand => ({
  ...{ ...approving(desk(side, local)), type: 'DecideSanction', measure: 'none', documents, rules },
});
const correct =
  (fact: OnceType, kind: 'wrong-date' | 'wrong-document') =>
  (side: Side, local: string): TransferCommand => ({
    ...{ ...desk(side, local), type: 'CorrectFact', fact, kind, documents },
    actor: { ...desk(side, local).actor, officerId: `corrector-of-${side}` },
  });
const ACTS: readonly ((side: Side, local: string) => TransferCommand)[] = [
  ...[decide, decide, report, correct('transfer.sanction-decided', 'wrong-date')],
  ...[correct('transfer.sanction-decided', 'wrong-date'), correct('transfer.sanction-decided', 'wrong-document')],
  ...[correct('transfer.sanction-proposed', 'wrong-date'), correct('transfer.person-reported', 'wrong-date')],
  (side, local) => ({ ...desk(side, local), type: 'AcknowledgeCorrection', fact: 'transfer.sanction-decided' }),
  (side, local) => ({ ...desk(side, local), type: 'ProposeSanction', measure: 'admonition', documents, rules }),
  (side, local) => copying(side, local),
];
/** Each party sends one to the procuratorate of its county. */
const copying = (side: Side, local: string): TransferCommand => ({
  ...sendCopy(`${side}-procuratorate`, desk(side, local)),
  of: 'transfer.sanction-decided',
});
const move = fc.record({
  side: fc.constantFrom<Side>('origin', 'receiving'),
  act: fc.option(fc.constantFrom(...ACTS), { nil: undefined }),
});
/** The origin decides while the person reports; the receiving agency, that executes from there on, decides too. */
const crossing = [
  { side: 'origin', act: decide },
  { side: 'receiving', act: report },
  { side: 'receiving', act: decide },
] as const;

it.each([
  ['origin', 'origin-procuratorate', [decide('origin', '2025-03-29 09:00')]],
  [
    'receiving',
    'receiving-procuratorate',
    [report('receiving', '2025-03-29 09:00'), decide('receiving', '2025-03-29 10:00')],
  ],
] as const)('the procuratorate of the county that decides is told, promptly: at the %s', (side, office, acts) => {
  const decided = acts.reduce(after, proposed);
  const offices = ['origin-procuratorate', 'receiving-procuratorate'] as const;
  const told = offices.map((each) =>
    after(decided, { ...sendCopy(each, desk(side, '2025-03-29 11:00')), of: 'transfer.sanction-decided' }),
  );
  const copies = told.map((events) => events.slice(decided.length).map(({ type }) => type));
  expect(copies).toEqual(offices.map((each) => (each === office ? ['transfer.copy-sent'] : [])));
  expect(told[offices.indexOf(office)]?.at(-1)?.data).toMatchObject({ recipient: recipients[office].id, documents });
  const owed = dueInstants(fold(transferDecider, decided), rules).filter(({ about }) => about?.includes('sanction'));
  expect(owed).toEqual([]);
});

it('decisions on a sanction that cross, are corrected by either and made anew, are admitted and give both nodes one state', () =>
  fc.assert(
    fc.property(fc.array(move, { maxLength: 25, size: 'max' }), (moves) => {
      const logs: Record<Side, readonly TransferEvent[]> = { origin: proposed, receiving: proposed };
      const outbox: Record<Side, TransferEvent[]> = { origin: [], receiving: [] };
      /** What one side has recorded next arrives at the other. */
      const deliver = (from: Side): boolean => {
        const to = from === 'origin' ? 'receiving' : 'origin';
        const event = outbox[from].shift();
        if (event === undefined) return false;
        expect([event.type, admit(fold(transferDecider, logs[to]), event, agencies[from])]).toEqual([
          event.type,
          undefined,
        ]);
        logs[to] = [...logs[to], event];
        return true;
      };
      for (const [index, { side, act }] of [...crossing, ...moves].entries()) {
        if (act === undefined) deliver(side);
        else {
          const local = `2025-04-${String(1 + index).padStart(2, '0')} 10:00`;
          const log = after(logs[side], act(side, local));
          outbox[side].push(...log.slice(logs[side].length));
          logs[side] = log;
        }
      }
      while (deliver('origin') || deliver('receiving'));
      const [one, other] = [fold(transferDecider, logs.origin), fold(transferDecider, logs.receiving)];
      expect(other).toEqual(one);
      expect(dueInstants(other, rules)).toEqual(dueInstants(one, rules));
    }),
    { numRuns: 500, endOnFailure: true },
  ));
