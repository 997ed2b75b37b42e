import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import type { CommandContext } from './act.js';
import { competenceRejection } from './competence.js';
import { powerOf } from './power.js';
import { hubRules, traceRule } from './rule-book.js';
import { by, commands, paper, qingpu, songling, suzhou, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import { PROCEDURE } from './transfer.procedure.js';

const given = specFor(transferDecider);
const documents = [paper('other')];
const as = (context: CommandContext, officerId: string): CommandContext => ({
  ...context,
  actor: { ...context.actor, officerId },
});
const clerk = by(wujiang, '2025-03-18 11:00');

describe('four eyes', () => {
  it.each([
    ['took the application', 'officer-of-cca-320509'],
    ['gave the opinion', 'officer-of-jo-320509001'],
  ])('who %s does not approve', (_, officerId) =>
    given(...histories.agreed)
      .when({ ...as(clerk, officerId), type: 'DecideTransfer', approved: true, documents })
      .thenRejected({ code: 'FOUR_EYES_REQUIRED', rule: '法27' }),
  );

  it('the other node refuses such a decision as well', () => {
    const decided = histories.approved.at(-1)!;
    const state = fold(transferDecider, histories.agreed);
    expect(admit(state, { ...decided, actor: clerk.actor }, wujiang)?.code).toBe('FOUR_EYES_REQUIRED');
    expect(admit(state, decided, wujiang)).toBeUndefined();
  });

  it('is a rule with an article', () =>
    expect(traceRule('four-eyes-transfer.decided@2020.1')).toMatchObject({ article: '法27', verified: false }));
});

describe('recusal', () => {
  const recused = play(commands.apply(), commands.recuse());

  it('is the officer’s own declaration', () => {
    const { occurredAt, actor } = by(wujiang, '2025-03-10 10:00');
    const data = { agency: wujiang.id, officerId: actor.officerId, ground: 'interest' } as const;
    given(...histories.applied)
      .when(commands.recuse())
      .then({ type: 'transfer.recusal-declared', occurredAt, actor, data });
  });

  it('bars the officer from every act that follows, however dated, and nobody else', () => {
    given(...recused)
      .when(commands.opine(by(wujiang, '2025-03-10 09:30')))
      .thenRejected({ code: 'OFFICER_RECUSED', rule: '刑诉法29' });
    expect(play(commands.apply(), commands.recuse(), commands.opine())).toHaveLength(3);
    expect(play(commands.apply(), commands.recuse(by(songling, '2025-03-10 10:00')))).toHaveLength(2);
  });

  it('is refused a second time, to strangers to the case, and for another officer', () => {
    given(...recused)
      .when(commands.recuse(by(wujiang, '2025-03-11 10:00')))
      .thenRejected({ code: 'RECUSAL_ALREADY_DECLARED' });
    given(...recused)
      .when(commands.recuse(by(suzhou, '2025-03-11 10:00')))
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '刑诉法29' });
    const own = recused.at(-1)!;
    const forged = { ...own, actor: { ...own.actor, officerId: 'somebody-else' } };
    expect(admit(fold(transferDecider, histories.applied), forged, wujiang)?.code).toBe('ACT_NOT_YOURS');
  });

  it('binds at the node that receives the act', () => {
    const opinion = play(commands.apply(), commands.opine(by(wujiang, '2025-03-11 14:00'))).at(-1)!;
    expect(admit(fold(transferDecider, recused), opinion, wujiang)?.code).toBe('OFFICER_RECUSED');
  });
});

describe('the power list', () => {
  const { occurredAt, actor } = clerk;

  it('has an item for every act an officer of the level may sign', () => {
    const type = 'transfer.decided';
    expect(powerOf({ type, occurredAt }, wujiang)?.item).toBe('county/transfer.decided');
    expect(powerOf({ type, occurredAt }, suzhou)).toBeUndefined();
    expect(powerOf({ type: 'transfer.opinion-given', occurredAt }, songling)?.item).toBe(
      'office/transfer.opinion-given',
    );
    expect(traceRule('power-county/transfer.decided@2020.1')?.article).toBe('法27');
  });

  it('of a province takes the place of the general one: what is not on it is ultra vires there, and only there', () => {
    const rule = { article: '法8', source: 'proposal', verified: false, text: '' } as const;
    const overlays = hubRules.book.overlays.map((overlay) =>
      overlay.node === '32' ? { ...overlay, powers: [{ ...rule, item: '1', type: 'transfer.applied' }] } : overlay,
    );
    const book = { ...hubRules.book, overlays };
    const type = 'transfer.file-sent';
    const ask = (agency: typeof wujiang, what: keyof typeof PROCEDURE) =>
      competenceRejection(
        { type: what, occurredAt, actor: { ...actor, agencyId: agency.id } },
        PROCEDURE[what],
        agency,
        book,
      );
    expect(ask(wujiang, type)).toEqual({ code: 'POWER_NOT_HELD', rule: '办法31' });
    expect(ask(wujiang, 'transfer.applied')).toBeUndefined();
    expect(ask(qingpu, type)).toBeUndefined();
  });
});
