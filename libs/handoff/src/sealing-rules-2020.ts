import type { ReadingRule, SealingRule } from './rule-pack.js';

/** 犯罪记录封存 (刑事诉讼法 286; 预防未成年人犯罪法 59). */
export const sealing: SealingRule = {
  ...{ underAge: 18, sentenceAtMostMonths: 60, article: '刑诉法286', source: 'law', verified: false },
  text: 'The record of a person under 18 at the offence and sentenced to five years or less is sealed, and stays so when they turn 18.',
};

/** Who may read a sealed record, and why 查询: nobody without one of these. */
export const readings: readonly ReadingRule[] = [
  {
    ...{ ground: 'correction-work', readers: ['correction'], article: '法54', source: 'law', verified: false },
    text: 'Officers for minors of an agency in whose hands the person is, was or is to be, and of those above it.',
  },
  {
    ...{ ground: 'supervision', readers: ['inspector', 'procuratorate'], article: '法62', source: 'recalled' },
    ...{ verified: false, text: 'Procurators for minors, who supervise the correction.' },
  },
  {
    ...{ ground: 'judicial-proceeding', readers: ['court', 'procuratorate', 'police'], article: '刑诉法286' },
    ...{ source: 'law', verified: false, text: 'Judicial organs that need it for a case, with their letter.' },
  },
];
