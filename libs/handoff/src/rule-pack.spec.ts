import { describe, expect, it } from '@jest/globals';
import { rulePack2020 } from './rule-pack-2020.js';
import type { OnceType } from './transfer.events.js';
import { PROCEDURE } from './transfer.procedure.js';
import { isRepeated } from './transfer.state.js';

const { limits, copies, sanctions } = rulePack2020;

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
      ['ORIGIN_COPY', 5, '办法31', 'recalled'],
      ['RECEIVING_COPY', 5, '法27', 'proposal'],
      ['ORIGIN_COPY_NOTED', 5, '法27', 'proposal'],
      ['RECEIVING_COPY_NOTED', 5, '法27', 'proposal'],
      ['ORIGIN_CORRECTION_NOTED', 5, '个保法46', 'proposal'],
      ['RECEIVING_CORRECTION_NOTED', 5, '个保法46', 'proposal'],
      ['CUSTODY_FILE', 5, '办法31', 'recalled'],
      ['SEARCH', 1, '办法31', 'proposal'],
      ['POLICE_NOTICE', 1, '办法38', 'proposal'],
      ['SANCTION_PROPOSAL', 5, '办法34', 'proposal'],
      ['SANCTION_DECISION', 5, '办法34', 'proposal'],
    ]));

  it('claims nothing to be verified that nobody has compared with the gazette', () =>
    expect([...limits, ...copies, ...sanctions].filter(({ verified }) => verified)).toEqual([]));

  it.each(limits.filter(({ act }) => !isRepeated(act as OnceType)))(
    '$step: the party that owes the act is the one that may write it',
    ({ act, party }) => expect([party, 'any']).toContain(PROCEDURE[act as OnceType].party),
  );

  it.each(limits)('$step: says what it asks for, with the days in it', ({ text, days }) =>
    expect(text).toContain(`${days} day`),
  );

  it('sends copies to everybody whom the matrix of domain B13 has for an approval and for lost contact, and B7 for a sanction', () =>
    expect(copies.map(({ of, from, to, article, source }) => [of, from, to, article, source])).toEqual([
      ['transfer.decided', 'transfer.decided', 'deciding-authority', '法27', 'law'],
      ['transfer.decided', 'transfer.decided', 'origin-procuratorate', '办法31', 'recalled'],
      ['transfer.decided', 'transfer.decided', 'origin-police', '办法31', 'recalled'],
      ['transfer.decided', 'transfer.decided', 'custody-place', '办法31', 'recalled'],
      ['transfer.file-sent', 'transfer.file-receipted', 'receiving-procuratorate', '法27', 'law'],
      ['transfer.file-sent', 'transfer.file-receipted', 'receiving-police', '法27', 'law'],
      // Lost contact.
      ['transfer.search-started', 'transfer.search-started', 'origin-procuratorate', '办法38', 'recalled'],
      ['transfer.sanction-decided', 'transfer.sanction-decided', 'origin-procuratorate', '办法32', 'recalled'],
      ['transfer.sanction-decided', 'transfer.sanction-decided', 'receiving-procuratorate', '办法32', 'recalled'],
    ]));

  it('only the report is the person’s own duty', () =>
    expect(limits.filter(({ owedBy }) => owedBy === 'person').map(({ step }) => step)).toEqual(['REPORT']));
});
