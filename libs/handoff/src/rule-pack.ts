import type { PlainDate } from './instant.js';
import type { TransferEventType } from './transfer.events.js';
import type { Party } from './transfer.procedure.js';

/** The steps of a transfer that have a limit 时限. */
export type DeadlineStep =
  'OPINION' | 'CONSULTATION' | 'REPLY' | 'DECISION' | 'REFUSAL_TOLD' | 'FILE_SENT' | 'RECEIPT' | 'REPORT';

/**
 * Where a limit comes from. `law`: the article's text was read. `recalled`: the article exists, its text was not read.
 * `proposal`: the hub's own target; passing it breaches nothing.
 */
export type LimitSource = 'law' | 'recalled' | 'proposal';

/** One limit: so many days for an act, counted from another. */
export interface Limit {
  readonly step: DeadlineStep;
  readonly days: number;
  /** The act whose day starts the count; that day itself is not counted. */
  readonly from: TransferEventType;
  /** The limit runs only after a decision of this kind. */
  readonly when?: 'approved' | 'refused';
  /** The act that has to be done within the limit. */
  readonly act: TransferEventType;
  /** The party that does the act, or at whose desk the person does. */
  readonly party: Party;
  /** Who owes the act: the agency, or the person 社区矫正对象. */
  readonly owedBy: 'agency' | 'person';
  readonly article: string;
  readonly source: LimitSource;
  /** False until the wording has been compared with the gazette. */
  readonly verified: boolean;
  readonly text: string;
}

/**
 * Which last days move to the next day that is not one: 刑事诉讼法 105 speaks of 节假日, and whether that covers plain
 * weekends, and whether it governs the agencies' own limits at all, is interpretation (so it is a switch).
 */
export type RollForward = 'days-off' | 'public-holidays' | 'never';

/** Every limit of the transfer, as data with a version 规则包. Published packs are not edited: a change is a new version. */
export interface RulePack {
  readonly version: string;
  readonly effectiveFrom: PlainDate;
  readonly rollForward: RollForward;
  readonly limits: readonly Limit[];
}

const owed = { owedBy: 'agency', verified: false } as const;

/** 社区矫正法 and 《社区矫正法实施办法》 (司发通〔2020〕59号), nationwide, in force since 2020-07-01. */
export const rulePack2020: RulePack = {
  version: '2020.1',
  effectiveFrom: '2020-07-01',
  rollForward: 'days-off',
  limits: [
    {
      ...{ ...owed, step: 'OPINION', days: 3, from: 'transfer.applied', act: 'transfer.opinion-given' },
      ...{ party: 'origin', article: '办法30', source: 'proposal' },
      text: 'Target of 3 days for the opinion; the Measures state no limit.',
    },
    {
      ...{ ...owed, step: 'CONSULTATION', days: 5, from: 'transfer.applied', act: 'transfer.consultation-sent' },
      ...{ party: 'origin', article: '办法30', source: 'recalled' },
      text: 'Ask the receiving county agency in writing within 5 days of receiving the application.',
    },
    {
      ...{
        ...owed,
        step: 'REPLY',
        days: 5,
        from: 'transfer.consultation-received',
        act: 'transfer.consultation-replied',
      },
      ...{ party: 'receiving', article: '办法30', source: 'recalled' },
      text: 'Verify and reply in writing within 5 days of receiving the letter of consultation.',
    },
    {
      ...{ ...owed, step: 'DECISION', days: 3, from: 'transfer.consultation-replied', act: 'transfer.decided' },
      ...{ party: 'origin', article: '法27', source: 'proposal' },
      text: 'Target of 3 days for the decision after the reply; no limit is known.',
    },
    {
      ...{
        ...owed,
        step: 'REFUSAL_TOLD',
        days: 5,
        from: 'transfer.decided',
        when: 'refused',
        act: 'transfer.decision-served',
      },
      ...{ party: 'origin', article: '办法30', source: 'recalled' },
      text: 'Tell the person of a refusal within 5 days of the decision.',
    },
    {
      ...{ ...owed, step: 'FILE_SENT', days: 5, from: 'transfer.decided', when: 'approved', act: 'transfer.file-sent' },
      ...{ party: 'origin', article: '办法31', source: 'recalled' },
      text: 'Send the legal documents and the file within 5 days of the decision.',
    },
    {
      ...{ ...owed, step: 'RECEIPT', days: 5, from: 'transfer.file-received', act: 'transfer.file-receipted' },
      ...{ party: 'receiving', article: '办法31', source: 'recalled' },
      text: 'Send the receipt back within 5 days of receiving the documents and the file.',
    },
    {
      ...{
        step: 'REPORT',
        days: 7,
        from: 'transfer.decision-served',
        when: 'approved',
        act: 'transfer.person-reported',
      },
      ...{ party: 'receiving', owedBy: 'person', article: '办法31', source: 'recalled', verified: false },
      text: 'Report to the receiving county agency within 7 days of receiving the decision.',
    },
  ],
};
