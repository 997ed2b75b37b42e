import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { hubRules } from './rule-book.js';
import { at, by, commands, qingpu, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferEvent, VerdictType } from './transfer.events.js';
import { personStatusOf, statusOf } from './transfer.status.js';
import { AT_ONCE } from './transmission.js';
import { dueActs, nextLook, standingVerdicts } from './verdicts.js';

const { apply, opine, consult, receive, agree } = commands;
/** The letter of scenario G1: received Mon 2025-04-28, due Tue 05-06 after Labour Day. */
const asked = play(
  ...[apply(by(wujiang, '2025-04-24 09:00')), opine(), consult(by(wujiang, '2025-04-28 09:00'))].map((command) =>
    command.type === 'GiveOpinion'
      ? { ...command, occurredAt: at('2025-04-24 10:00'), now: at('2025-04-24 10:00') }
      : command,
  ),
  receive(by(qingpu, '2025-04-28 09:01', 'system')),
);
const reply = (local: string): TransferEvent => {
  const decision = transferDecider.decide(agree(by(qingpu, local)), fold(transferDecider, asked));
  if ('rejected' in decision) throw new Error(decision.rejected.code);
  return decision.accepted[0] as TransferEvent;
};
const judged = (history: readonly TransferEvent[], local: string, party: 'origin' | 'receiving' = 'origin') =>
  dueActs(fold(transferDecider, history), at(local), hubRules, party, AT_ONCE);
const short = (acts: readonly TransferEvent[]) =>
  acts.map(({ type, occurredAt, data }) => [
    type.replace('transfer.deadline-', ''),
    'step' in data ? data.step : '',
    occurredAt,
    'to' in data ? data.to.join(' ') : 'because' in data ? data.because : '',
  ]);

describe('G1, the reply never comes (办法30)', () => {
  it('nothing is due in the last minute before day 3', () => expect(judged(asked, '2025-04-30 23:59')).toEqual([]));

  it('reminder on day 3, breach and the city above at 24:00 of the due day, both provinces three days later', () =>
    expect(short(judged(asked, '2025-05-09 00:00'))).toEqual([
      ['reminded', 'REPLY', at('2025-05-01 00:00'), 'receiving'],
      ['breached', 'REPLY', at('2025-05-07 00:00'), 'receiving origin'],
      ['escalated', 'REPLY', at('2025-05-07 00:00'), 'receiving-upper'],
      ['escalated', 'REPLY', at('2025-05-09 00:00'), 'origin-province receiving-province'],
    ]));

  it('not one minute before the day is over', () =>
    expect(short(judged(asked, '2025-05-06 23:59')).map(([kind]) => kind)).toEqual(['reminded']));

  it('however often and whenever the worker comes, the verdicts are the same, byte for byte', () => {
    const once = judged(asked, '2025-06-01 00:00');
    const often = ['2025-05-01 00:00', '2025-05-01 07:00', '2025-05-07 12:00', '2025-06-01 00:00'].reduce<
      TransferEvent[]
    >((history, local) => [...history, ...judged(history, local)], [...asked]);
    expect(JSON.stringify(often.slice(asked.length))).toBe(JSON.stringify(once));
    expect(judged(often, '2025-07-01 00:00')).toEqual([]);
  });

  it('is overdue, which is neither consent nor refusal: nothing is decided', () => {
    const history = [...asked, ...judged(asked, '2025-05-07 00:00')];
    expect(statusOf(fold(transferDecider, history))).toBe('REPLY_OVERDUE');
    expect(
      transferDecider.decide(commands.decide(by(wujiang, '2025-05-08 09:00')), fold(transferDecider, history)),
    ).toEqual({
      rejected: { code: 'REPLY_MISSING', rule: '法27' },
    });
  });

  it('a late reply counts, and the breach stands', () => {
    const history = [...asked, ...judged(asked, '2025-05-10 00:00'), reply('2025-05-12 10:00')];
    expect(judged(history, '2025-05-12 11:00')).toEqual([]);
    expect(statusOf(fold(transferDecider, history))).toBe('REPLIED_AGREE');
    expect(standingVerdicts(fold(transferDecider, history))).toHaveLength(4);
  });
});

describe('a late fact supersedes a verdict and never edits it', () => {
  it('G9: a reply signed in time that arrives late', () => {
    const before = [...asked, ...judged(asked, '2025-05-10 00:00')];
    const history = [...before, reply('2025-05-06 23:59')];
    const superseding = judged(history, '2025-05-09 12:00');
    expect(short(superseding)).toEqual([
      ['superseded', 'REPLY', at('2025-05-07 00:00'), 'done-in-time'],
      ['superseded', 'REPLY', at('2025-05-07 00:00'), 'done-in-time'],
      ['superseded', 'REPLY', at('2025-05-09 00:00'), 'done-in-time'],
    ]);
    const state = fold(transferDecider, [...history, ...superseding]);
    expect(short(standingVerdicts(state)).map(([kind]) => kind)).toEqual(['reminded']);
    expect(dueActs(state, at('2025-06-01 00:00'), hubRules, 'origin', AT_ONCE)).toEqual([
      expect.objectContaining({
        type: 'transfer.deadline-reminded',
        data: expect.objectContaining({ step: 'DECISION' }),
      }),
    ]);
  });

  it('a calendar that is replaced: the old due instant is superseded, the new one judged', () => {
    const before = [...asked, ...judged(asked, '2025-05-07 00:00')];
    const calendar = { ...hubRules.calendar, holidays: new Set([...hubRules.calendar.holidays, '2025-05-06']) };
    const acts = dueActs(
      fold(transferDecider, before),
      at('2025-05-08 00:00'),
      { ...hubRules, calendar },
      'origin',
      AT_ONCE,
    );
    expect(short(acts).map(([kind, , when, why]) => [kind, when, why])).toEqual([
      ['reminded', at('2025-05-01 00:00'), 'receiving'],
      ['superseded', at('2025-05-01 00:00'), 'recomputed'],
      ['superseded', at('2025-05-07 00:00'), 'recomputed'],
      ['superseded', at('2025-05-07 00:00'), 'recomputed'],
      ['breached', at('2025-05-08 00:00'), 'receiving origin'],
      ['escalated', at('2025-05-08 00:00'), 'receiving-upper'],
    ]);
  });
});

describe('who gives a verdict', () => {
  it('the party that waits: the origin for the reply, the receiving agency for the person and the file', () => {
    const served = play(...[apply(), opine(), consult(), receive(), agree(), commands.decide(), commands.serve()]);
    expect(judged(served, '2025-04-30 00:00').map(({ data }) => 'step' in data && data.step)).toEqual(['REPLY']);
    const acts = judged(served, '2025-04-30 00:00', 'receiving').filter(
      ({ data }) => 'step' in data && data.step !== 'ORIGIN_COPY',
    );
    expect(short(acts)).toEqual([
      ['breached', 'FILE_SENT', at('2025-03-25 00:00'), 'origin receiving'],
      ['breached', 'REPORT', at('2025-03-27 00:00'), 'receiving origin'],
    ]);
    expect(acts[0]?.actor).toEqual({ officerId: 'node-31', role: 'system', agencyId: qingpu.id });
    expect(personStatusOf(fold(transferDecider, [...served, ...acts]))).toBe('LATE');
    expect(admit(fold(transferDecider, served), acts[0] as TransferEvent, qingpu)).toBeUndefined();
    expect(admit(fold(transferDecider, served), acts[0] as TransferEvent, wujiang)?.code).toBe('ACT_NOT_YOURS');
  });

  it('the worker asks the decider and passes the time only', () => {
    const judge = {
      ...by(wujiang, '2025-05-09 00:00', 'system'),
      type: 'JudgeDeadlines',
      rules: hubRules,
      transmission: AT_ONCE,
    } as const;
    expect(transferDecider.decide(judge, fold(transferDecider, asked))).toEqual({
      accepted: judged(asked, '2025-05-09 00:00'),
    });
    expect(nextLook(fold(transferDecider, asked), hubRules, 'origin')).toBe(at('2025-05-01 00:00'));
  });
});

describe('a verdict that another node says it gave', () => {
  const state = fold(transferDecider, histories.received);
  const [, breached, escalated] = dueActs(state, at('2025-03-20 00:00'), hubRules, 'origin', AT_ONCE).filter(
    ({ data }) => 'step' in data && data.step === 'REPLY',
  ) as Extract<TransferEvent, { type: VerdictType }>[];
  const admitted = (act: TransferEvent) => admit(state, act, wujiang)?.code;
  const forged = (act = breached!, data: object = {}, more: object = {}) =>
    ({ ...act, ...more, data: { ...act.data, ...data } }) as TransferEvent;

  it('is admitted as its rule has it', () => {
    expect([breached!.type, escalated!.type]).toEqual(['transfer.deadline-breached', 'transfer.deadline-escalated']);
    expect([admitted(breached!), admitted(escalated!)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['by a rule of no book', forged(breached, { rule: 'REPLY@1999.1' })],
    ['by the rule of another step', forged(breached, { rule: 'OPINION@2020.1' })],
    ['of a rung that the rule has not', forged(breached, { rung: 9 })],
    ['of another kind than the rung', forged(breached, {}, { type: 'transfer.deadline-escalated' })],
    ['told to others', forged(breached, { to: ['origin'] })],
    ['before its instant', forged(breached, {}, { occurredAt: at('2025-03-17 00:00') })],
    ['escalated before its day', forged(escalated, {}, { occurredAt: at('2025-03-18 12:00') })],
  ])('and refused %s', (_, act) => expect(admitted(act)).toBe('VERDICT_UNFOUNDED'));

  it('and refused from the party that owes the act', () =>
    expect(admit(state, { ...breached!, actor: by(qingpu, '2025-03-19 00:00', 'system').actor }, qingpu)?.code).toBe(
      'ACT_NOT_YOURS',
    ));
});
