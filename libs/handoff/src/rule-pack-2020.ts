import { defaultPolicy } from './policy.js';
import { copies, limitsOfCopies } from './copy-rules-2020.js';
import { nationalPowers } from './power-list.js';
import { breached, escalated, reminded } from './rung.js';
import { readings, sealing } from './sealing-rules-2020.js';
import type { FourEyesRule, GroundRule, Limit, RulePack, SanctionRule } from './rule-pack.js';

const byAgency = { owedBy: 'agency', verified: false } as const;

const limits: readonly Limit[] = [
  {
    ...{ ...byAgency, step: 'OPINION', days: 3, from: 'transfer.applied', act: 'transfer.opinion-given' },
    ...{ party: 'origin', article: '办法30', source: 'proposal', ladder: [reminded('due', 0, 'origin')] },
    text: 'Target of 3 days for the opinion; the Measures state no limit.',
  },
  {
    ...{ ...byAgency, step: 'CONSULTATION', days: 5, from: 'transfer.applied', act: 'transfer.consultation-sent' },
    ...{ party: 'origin', article: '办法30', source: 'recalled' },
    ladder: [breached('origin'), escalated(0, 'origin-upper')],
    text: 'Ask the receiving county agency in writing within 5 days of receiving the application.',
  },
  {
    ...{ ...byAgency, step: 'REPLY', days: 5, from: 'transfer.consultation-received' },
    ...{ act: 'transfer.consultation-replied', party: 'receiving', article: '办法30', source: 'recalled' },
    ladder: [
      ...[reminded('start', 3, 'receiving'), breached('receiving', 'origin'), escalated(0, 'receiving-upper')],
      escalated(3, 'origin-province', 'receiving-province'),
    ],
    text: 'Verify and reply in writing within 5 days of receiving the letter of consultation.',
  },
  {
    ...{ ...byAgency, step: 'DECISION', days: 3, from: 'transfer.consultation-replied', act: 'transfer.decided' },
    ...{ party: 'origin', article: '法27', source: 'proposal', ladder: [reminded('due', 0, 'origin')] },
    text: 'Target of 3 days for the decision after the reply; no limit is known.',
  },
  {
    ...{ ...byAgency, step: 'REFUSAL_TOLD', days: 5, from: 'transfer.decided', when: 'refused' },
    ...{ act: 'transfer.decision-served', party: 'origin', article: '办法30', source: 'recalled' },
    ladder: [breached('origin')],
    text: 'Tell the person of a refusal within 5 days of the decision.',
  },
  {
    ...{ ...byAgency, step: 'FILE_SENT', days: 5, from: 'transfer.decided', when: 'approved' },
    ...{ act: 'transfer.file-sent', timelyBy: 'receipt', party: 'origin', article: '办法31', source: 'recalled' },
    ladder: [breached('origin', 'receiving')],
    text: 'Send the legal documents and the file within 5 days of the decision.',
  },
  {
    ...{ ...byAgency, step: 'RECEIPT', days: 5, from: 'transfer.file-received', act: 'transfer.file-receipted' },
    ...{ party: 'receiving', article: '办法31', source: 'recalled', ladder: [breached('receiving', 'origin')] },
    text: 'Send the receipt back within 5 days of receiving the documents and the file.',
  },
  {
    ...{ step: 'REPORT', days: 7, from: 'transfer.decision-served', when: 'approved', act: 'transfer.person-reported' },
    ...{ party: 'receiving', owedBy: 'person', article: '办法31', source: 'recalled', verified: false },
    ladder: [breached('receiving', 'origin')],
    text: 'Report to the receiving county agency within 7 days of receiving the decision.',
  },
  ...limitsOfCopies,
  {
    ...{ ...byAgency, step: 'CUSTODY_FILE', days: 5, from: 'transfer.decided', when: 'outside-prison' },
    ...{ act: 'transfer.custody-file-placed', party: 'receiving', article: '办法31', source: 'recalled' },
    ladder: [breached('receiving', 'custody-place')],
    text: 'The place that is to hold the custodial file tells the new county agency within 5 days.',
  },
  {
    ...{ ...byAgency, step: 'SEARCH', days: 1, from: 'transfer.nonreport-notified', act: 'transfer.search-started' },
    ...{
      party: 'origin',
      article: '办法31',
      source: 'proposal',
      isAtOnce: true,
      ladder: [reminded('due', 0, 'origin', 'origin-upper')],
    },
    text: 'Organise the search at once; target of 1 day, days off or not; the text says only: immediately.',
  },
  {
    ...{ ...byAgency, step: 'POLICE_NOTICE', days: 1, from: 'transfer.search-started' },
    ...{ act: 'transfer.police-notified', party: 'origin', article: '办法38', source: 'proposal', isAtOnce: true },
    ladder: [reminded('due', 0, 'origin', 'origin-upper')],
    text: 'Tell the police in time when the person is not found; target of 1 day, days off or not.',
  },
  {
    ...{ ...byAgency, step: 'SANCTION_PROPOSAL', days: 5, from: 'transfer.search-closed' },
    ...{ act: 'transfer.sanction-proposed', party: 'origin', article: '办法34', source: 'proposal' },
    ladder: [reminded('due', 0, 'origin')],
    text: 'Target of 5 days for the proposal after the search.',
  },
  {
    ...{ ...byAgency, step: 'SANCTION_DECISION', days: 5, from: 'transfer.sanction-proposed', when: 'reported' },
    ...{ act: 'transfer.sanction-decided', party: 'receiving', article: '办法34', source: 'proposal' },
    ladder: [reminded('due', 0, 'receiving')],
    text: 'Target of 5 days for the decision of the agency that executes now.',
  },
];

const grounds: readonly GroundRule[] = (
  [
    ['residence-untrue', 'The person does not live at the address given.'],
    ['residence-unstable', 'The person has no lasting place to live there.'],
    ['no-guardian-or-support', 'Nobody there can guard or support a person who needs it.'],
    ['prohibition-order-conflict', 'The place conflicts with a prohibition order 禁止令.'],
    ['other-statutory', 'Another ground that a named article gives.'],
  ] as const
).map(([ground, text]) => ({ ground, text, article: '办法30', source: 'proposal', verified: false }));

const fourEyes: readonly FourEyesRule[] = [
  {
    act: 'transfer.decided',
    apartFrom: ['transfer.applied', 'transfer.opinion-given', 'transfer.consultation-sent'],
    ...{ article: '法27', source: 'proposal', verified: false },
    text: 'Whoever took the application, gave the opinion or wrote the letter does not approve the transfer.',
  },
  {
    ...{ act: 'transfer.sanction-decided', apartFrom: ['transfer.sanction-proposed'] },
    ...{ article: '办法34', source: 'proposal', verified: false },
    text: 'Whoever proposed the sanction does not decide it.',
  },
];

const sanctions: readonly SanctionRule[] = [
  {
    ...{ measure: 'admonition', over: { days: 0 }, article: '办法34', source: 'excerpt', verified: false },
    text: 'Admonition 训诫 for reporting late by up to 10 days.',
  },
  {
    ...{ measure: 'warning', over: { days: 10 }, article: '办法35', source: 'excerpt', verified: false },
    text: 'Warning 警告 for more than 10 days.',
  },
  {
    ...{ measure: 'revocation-proposal', over: { months: 1 }, article: '高法解释543', source: 'law', verified: false },
    categories: ['SuspendedSentence', 'Parole'],
    text: 'Proposal to revoke the suspension or parole 提请撤销 for more than one month.',
  },
  {
    ...{
      measure: 'imprisonment-proposal',
      over: { months: 1 },
      article: '高法解释516',
      source: 'proposal',
      verified: false,
    },
    categories: ['TemporaryServiceOutsidePrison'],
    text: 'Proposal of imprisonment 提请收监执行 of who serves outside prison; the month is the hub’s, by 高法解释 543.',
  },
  {
    ...{ measure: 'penalty-proposal', over: { months: 1 }, article: '法28', source: 'proposal', verified: false },
    categories: ['PublicSurveillance'],
    text: 'Proposal of a public security penalty 提请治安管理处罚 under control 管制; the month is the hub’s.',
  },
];

/** 社区矫正法 and 《社区矫正法实施办法》 (司发通〔2020〕59号), nationwide, in force since 2020-07-01. */
export const rulePack2020: RulePack = {
  version: '2020.1',
  effectiveFrom: '2020-07-01',
  effectiveTo: null,
  policy: defaultPolicy,
  limits,
  dispute: {
    ...{ daysAfterReplyDue: 5, daysPerLevel: 5, article: '办法30', source: 'proposal', verified: false },
    text: 'A refusal, or a silence 5 days after the last day, may be taken to the agencies above both: 5 days a level.',
  },
  grounds,
  fourEyes,
  copies,
  sanctions,
  sealing,
  readings,
  powers: nationalPowers,
};
