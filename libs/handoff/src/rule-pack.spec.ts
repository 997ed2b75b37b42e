import { describe, expect, it } from '@jest/globals';
import { rulePack2020 } from './rule-pack-2020.js';
import { PROCEDURE } from './transfer.procedure.js';
import type { OnceType } from './transfer.state.js';

const { limits } = rulePack2020;

describe('the rule pack of 2020', () => {
  it('has each limit once, in the order of the procedure', () =>
    expect(limits.map(({ step, days, article, source }) => [step, days, article, source])).toEqual([
      ['OPINION', 3, '办法30', 'proposal'],
      ['CONSULTATION', 5, '办法30', 'recalled'],
      ['REPLY', 5, '办法30', 'recalled'],
      ['DECISION', 3, '法27', 'proposal'],
      ['REFUSAL_TOLD', 5, '办法30', 'recalled'],
      ['FILE_SENT', 5, '办法31', 'recalled'],
      ['RECEIPT', 5, '办法31', 'recalled'],
      ['REPORT', 7, '办法31', 'recalled'],
    ]));

  it('claims nothing to be verified that nobody has compared with the gazette', () =>
    expect(limits.filter(({ verified }) => verified)).toEqual([]));

  it.each(limits)('$step: the party that owes the act is the one that writes it', ({ act, party }) =>
    expect(PROCEDURE[act as OnceType].party).toBe(party),
  );

  it.each(limits)('$step: says what it asks for, with the days in it', ({ text, days }) =>
    expect(text).toContain(`${days} days`),
  );

  it('only the report is the person’s own duty', () =>
    expect(limits.filter(({ owedBy }) => owedBy === 'person').map(({ step }) => step)).toEqual(['REPORT']));
});
