import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import { dueInstants } from './deadlines.js';
import { repliesOf } from './reply.js';
import { hubRules } from './rule-book.js';
import { at, by, commands, qingpu, wujiang } from './testing/cast.js';
import { histories } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferAct, TransferEvent } from './transfer.events.js';
import { statusOf } from './transfer.status.js';

const given = specFor(transferDecider);
const first = at('2025-03-17 15:40');
const desk = by(qingpu, '2025-03-18 09:00');

/** 青浦 agreed on 17 March and finds on the 18th that the address is not true. */
const instead = (context = desk, supersedes = first): TransferCommand => ({
  ...commands.refuse(context),
  superseding: { supersedes, reason: 'new-evidence' },
});
const { documents } = commands.refuse();
const superseded: TransferAct<'transfer.reply-superseded'> = {
  ...{ type: 'transfer.reply-superseded', occurredAt: desk.occurredAt, actor: desk.actor },
  data: { agrees: false, ground: 'residence-untrue', documents, supersedes: first, reason: 'new-evidence' },
};
const afterwards: TransferEvent[] = [...histories.agreed, superseded];
const stateOf = (history: readonly TransferEvent[]) => fold(transferDecider, history);
const later = by(wujiang, '2025-03-19 10:00');

describe('a second reply', () => {
  it('is refused unless it cites the first', () =>
    given(...histories.agreed)
      .when(commands.refuse(desk))
      .thenRejected({ code: 'ALREADY_REPLIED' }));

  it('that cites the first with a reason takes its place, and the first stays', () => {
    given(...histories.agreed)
      .when(instead())
      .then(superseded);
    const state = stateOf(afterwards);
    expect(statusOf(state)).toBe('REPLIED_REFUSE');
    expect(repliesOf(state).map(({ data }) => data.agrees)).toEqual([true, false]);
  });

  it('binds the decision, and the target of the decision is counted from it', () => {
    given(...afterwards)
      .when(commands.decide(later))
      .thenRejected({ code: 'DECISION_CONTRADICTS_REPLY', rule: '法27' });
    const decision = dueInstants(stateOf(afterwards), hubRules).find(({ step }) => step === 'DECISION');
    expect([decision?.from, decision?.dueDay]).toEqual([desk.occurredAt, '2025-03-21']);
  });

  it('can itself be superseded, once', () => {
    const third = instead(by(qingpu, '2025-03-18 11:00'), desk.occurredAt);
    const decided = transferDecider.decide(third, stateOf(afterwards));
    expect(decided).toMatchObject({ accepted: [{ data: { supersedes: desk.occurredAt } }] });
    given(...afterwards)
      .when(instead(by(qingpu, '2025-03-18 11:00')))
      .thenRejected({ code: 'ALREADY_REPLIED' });
  });

  it.each([
    ['SUPERSEDED_REPLY_UNKNOWN', undefined, histories.agreed, instead(desk, at('2025-03-17 15:41'))],
    ['REPLY_MISSING', '办法30', histories.received, instead()],
    ['OCCURRED_BEFORE_CAUSE', undefined, histories.agreed, instead(by(qingpu, '2025-03-17 15:40'))],
    ['ALREADY_DECIDED', '法27', histories.approved, instead(by(qingpu, '2025-03-18 12:00'))],
    ['ACT_NOT_YOURS', '办法30', histories.agreed, instead(by(wujiang, '2025-03-18 09:00'))],
    ['REFUSAL_GROUND_UNEXPECTED', undefined, histories.agreed, { ...instead(), agrees: true } as TransferCommand],
  ] as const)('is refused: %s', (code, rule, history, command) =>
    given(...history)
      .when(command)
      .thenRejected(rule === undefined ? { code } : { code, rule }),
  );
});

describe('a second reply and a decision that cross', () => {
  const decided = histories.approved.at(-1)!;

  it('are admitted at either node, and the decision stands', () => {
    expect(admit(stateOf(afterwards), decided, wujiang)).toBeUndefined();
    expect(admit(stateOf(histories.approved), superseded, qingpu)).toBeUndefined();
    for (const history of [
      [...afterwards, decided],
      [...histories.approved, superseded],
    ])
      expect(statusOf(stateOf(history))).toBe('DECIDED_APPROVED');
  });
});
