import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import type { AgencyRecord } from './agency.js';
import { disputeBodies } from './dispute.js';
import { hubRules } from './rule-book.js';
import { agencies, by, commands, jiashan, kunshan, paper, qingpu, suzhou, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { DisputeLevel, DisputeOutcome, TransferEvent } from './transfer.events.js';
import { statusOf } from './transfer.status.js';

const above = (id: string, level: AgencyRecord['level'], node: string, parentId: string | null): AgencyRecord => ({
  ...{ id, level, node, parentId, delegations: [] },
});
const shanghai = above('prov-31', 'province', '31', null);
const jiangsu = above('prov-32', 'province', '32', null);
const all = [
  ...agencies,
  shanghai,
  jiangsu,
  above('city-3304', 'city', '33', 'prov-33'),
  above('prov-33', 'province', '33', null),
];
const directory = (id: string) => all.find((agency) => agency.id === id);
const documents = [paper('proof')];

const raise = (local: string, level: DisputeLevel = 'upper', agency = wujiang): TransferCommand => ({
  ...{ ...by(agency, local), type: 'RaiseDispute', level, directory, rules: hubRules, documents },
});
const resolve = (
  agency: AgencyRecord,
  outcome: DisputeOutcome,
  local = '2025-03-25 09:00',
  level: DisputeLevel = 'upper',
): TransferCommand => ({ ...by(agency, local), type: 'ResolveDispute', level, outcome, documents });
const decide = (approved: boolean) => commands.decide(by(wujiang, '2025-03-26 09:00'), approved);

const after = (history: readonly TransferEvent[], ...series: readonly TransferCommand[]): TransferEvent[] =>
  series.reduce<TransferEvent[]>(
    (known, command) => {
      const decision = transferDecider.decide(command, fold(transferDecider, known));
      if ('rejected' in decision) throw new Error(`${command.type}: ${decision.rejected.code}`);
      return [...known, ...decision.accepted];
    },
    [...history],
  );
const status = (history: readonly TransferEvent[]) => statusOf(fold(transferDecider, history));
const rejected = (history: readonly TransferEvent[], command: TransferCommand) => {
  const decision = transferDecider.decide(command, fold(transferDecider, history));
  return 'rejected' in decision ? decision.rejected.code : undefined;
};

const disputed = after(histories.refused, raise('2025-03-18 09:00'));
const settled = after(disputed, resolve(suzhou, 'to-accept'), resolve(shanghai, 'to-accept'));
const upheld = after(disputed, resolve(suzhou, 'refusal-upheld'), resolve(shanghai, 'refusal-upheld'));

describe('上一级 (办法9, 30)', () => {
  const between = (level: DisputeLevel, origin: AgencyRecord, receiving: AgencyRecord) =>
    disputeBodies(level, { origin: origin.id, receiving: receiving.id }, directory);

  it('of a district of 上海 is the municipality, which is the province itself', () => {
    expect(between('upper', wujiang, qingpu)).toEqual({ originBody: 'city-3205', receivingBody: 'prov-31' });
    expect(between('province', wujiang, qingpu)).toEqual({ originBody: 'prov-32', receivingBody: 'prov-31' });
  });
  it('of counties of two prefectures are the two cities', () =>
    expect(between('upper', kunshan, jiashan)).toEqual({ originBody: 'city-3205', receivingBody: 'city-3304' }));
  it('is not guessed where the directory has none', () =>
    expect(disputeBodies('upper', { origin: wujiang.id, receiving: 'cca-0' }, directory)).toBeUndefined());
});

describe('G2, a refusal is disputed (办法30)', () => {
  it('the refusal stays in the history, the joint result binds, the origin decides', () => {
    expect(status(disputed)).toBe('DISPUTED');
    expect(status(settled)).toBe('RESOLVED');
    const decided = after(settled, decide(true));
    expect(status(decided)).toBe('DECIDED_APPROVED');
    expect(decided.filter(({ type }) => type === 'transfer.consultation-replied')).toHaveLength(1);
  });

  it('without a common result it goes on to the provinces, whose word is the last', () => {
    const open = after(disputed, resolve(suzhou, 'to-accept'), resolve(shanghai, 'refusal-upheld'));
    expect(status(open)).toBe('DISPUTED');
    const last = after(
      ...[open, raise('2025-03-25 10:00', 'province')],
      ...[jiangsu, shanghai].map((body) => resolve(body, 'refusal-upheld', '2025-03-26 08:00', 'province')),
    );
    expect(status(after(last, decide(false)))).toBe('DECIDED_REFUSED');
  });

  it('goes on to the provinces when the agencies above have had their five days', () =>
    expect(rejected(disputed, raise('2025-03-24 00:00', 'province'))).toBeUndefined());

  it.each([
    ['DISPUTE_ALREADY_RAISED', disputed, raise('2025-03-19 09:00')],
    ['DISPUTE_LEVEL_MISSING', histories.refused, raise('2025-03-19 09:00', 'province')],
    ['NOTHING_TO_DISPUTE', histories.agreed, raise('2025-03-19 09:00')],
    ['ALREADY_DECIDED', histories.turnedDown, raise('2025-03-19 09:00')],
    ['ACT_NOT_YOURS', histories.refused, raise('2025-03-19 09:00', 'upper', qingpu)],
    ['DISPUTE_PENDING', disputed, decide(false)],
    ['DISPUTE_PENDING', disputed, decide(true)],
    ['DECISION_CONTRADICTS_RULING', settled, decide(false)],
    ['DECISION_CONTRADICTS_RULING', upheld, decide(true)],
    ['DISPUTE_TOO_EARLY', disputed, raise('2025-03-23 23:59', 'province')],
    [
      'DISPUTE_TOO_EARLY',
      after(disputed, resolve(suzhou, 'to-accept', '2025-03-19 09:00')),
      raise('2025-03-20 09:00', 'province'),
    ],
    ['DISPUTE_ALREADY_RESOLVED', settled, raise('2025-03-26 09:00', 'province')],
    ['DISPUTE_ALREADY_RESOLVED', settled, resolve(suzhou, 'refusal-upheld', '2025-03-26 09:00')],
    ['DISPUTE_NOT_RAISED', histories.refused, resolve(suzhou, 'to-accept')],
    ['ACT_NOT_YOURS', disputed, resolve(jiangsu, 'to-accept')],
    ['ACT_NOT_YOURS', disputed, resolve(wujiang, 'to-accept')],
    ['OCCURRED_BEFORE_CAUSE', disputed, resolve(suzhou, 'to-accept', '2025-03-17 09:00')],
  ])('%s', (code, history, command) => expect(rejected(history, command)).toBe(code));
});

describe('G1, a silence is disputed (办法30)', () => {
  const asked = histories.received;

  it.each([
    // Due Tue 2025-03-18; five days later is 03-23.
    ['2025-03-19 09:00', 'DISPUTE_TOO_EARLY'],
    ['2025-03-22 23:59', 'DISPUTE_TOO_EARLY'],
    ['2025-03-23 00:00', undefined],
  ])('at %s: %s', (local, code) => expect(rejected(asked, raise(local))).toBe(code));

  it('a result takes the place of the reply that never came', () => {
    const history = after(
      asked,
      raise('2025-03-23 09:00'),
      resolve(suzhou, 'to-accept'),
      resolve(shanghai, 'to-accept'),
    );
    expect(status(after(history, decide(true)))).toBe('DECIDED_APPROVED');
  });

  it('a late agreement leaves nothing to settle', () => {
    const history = after(asked, raise('2025-03-23 09:00'), commands.agree(by(qingpu, '2025-03-24 09:00')));
    expect(status(history)).toBe('REPLIED_AGREE');
    expect(rejected(history, decide(true))).toBeUndefined();
  });
});

it('a partner admits each act on top of those before it, and a decision its author could found on the reply', () => {
  const decided = after(settled, decide(true));
  decided.forEach((event, index) => {
    const author = [...all, ...agencies].find(({ id }) => id === event.actor.agencyId) as AgencyRecord;
    expect(admit(fold(transferDecider, decided.slice(0, index)), event, author)).toBeUndefined();
  });
  const agreedLate = after(
    ...[play(commands.apply(), commands.opine(), commands.consult(), commands.receive()), raise('2025-03-23 09:00')],
    commands.agree(by(qingpu, '2025-03-24 09:00')),
  );
  const founded = after(agreedLate, decide(true)).at(-1) as TransferEvent;
  const ruledMeanwhile = after(agreedLate, resolve(suzhou, 'refusal-upheld'), resolve(shanghai, 'refusal-upheld'));
  expect(admit(fold(transferDecider, ruledMeanwhile), founded, wujiang)).toBeUndefined();
});
