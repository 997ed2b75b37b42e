import type { CopyRule, Limit } from './rule-pack.js';
import { breached, reminded } from './rung.js';
import type { DeadlineStep, Party } from './terms.js';

const ofApproval = { of: 'transfer.decided', from: 'transfer.decided', verified: false } as const;
const ofFile = { of: 'transfer.file-sent', from: 'transfer.file-receipted', verified: false } as const;
const ofSanction = { of: 'transfer.sanction-decided', from: 'transfer.sanction-decided', verified: false } as const;

/**
 * Who is sent a copy of an approval: by the origin with the decision, by the receiving agency with its receipt; of a search,
 * by the origin; and of a sanction, by whoever decides on it.
 */
export const copies: readonly CopyRule[] = [
  {
    ...{ ...ofApproval, to: 'deciding-authority', article: '法27', source: 'law' },
    text: 'Tell the authority that decided on community correction of the change.',
  },
  {
    ...{ ...ofApproval, to: 'origin-procuratorate', article: '办法31', source: 'recalled' },
    text: 'Copy the decision to the procuratorate of the county the person leaves.',
  },
  {
    ...{ ...ofApproval, to: 'origin-police', article: '办法31', source: 'recalled' },
    text: 'Copy the decision to the police of the county the person leaves.',
  },
  {
    ...{ ...ofApproval, to: 'custody-place', category: 'TemporaryServiceOutsidePrison' },
    ...{ article: '办法31', source: 'recalled' },
    text: 'Copy the decision to the place of custody of a person who serves outside prison 暂予监外执行.',
  },
  {
    ...{ ...ofFile, to: 'receiving-procuratorate', article: '法27', source: 'law' },
    text: 'Forward the legal documents to the procuratorate of the new county.',
  },
  {
    ...{ ...ofFile, to: 'receiving-police', article: '法27', source: 'law' },
    text: 'Forward the legal documents to the police of the new county.',
  },
  {
    ...{ of: 'transfer.search-started', from: 'transfer.search-started', to: 'origin-procuratorate', isPrompt: true },
    ...{ article: '办法38', source: 'recalled', verified: false },
    text: 'Inform the procuratorate of the county the person leaves of the search, promptly.',
  },
  ...(['origin-procuratorate', 'receiving-procuratorate'] as const).map((to) => ({
    ...({ ...ofSanction, to, isPrompt: true, isOfSender: true, article: '办法32', source: 'recalled' } as const),
    text: 'Copy the decision on a sanction to the procuratorate of the county that executes the correction.',
  })),
];

const proposed = { days: 5, source: 'proposal', verified: false } as const;

const noted = (step: DeadlineStep, party: Party): Limit => ({
  ...{ ...proposed, step, party, owedBy: 'recipient', article: '法27', ladder: [reminded('due', 0, party)] },
  ...{ from: 'transfer.copy-sent', act: 'transfer.copy-acknowledged' },
  text: 'Take note of a copy, and of a correction of what was copied, within 5 days of being sent it.',
});

const correctionNoted = (step: DeadlineStep, party: Party): Limit => ({
  ...{ ...proposed, step, party, owedBy: 'agency', article: '个保法46', ladder: [reminded('due', 0, party)] },
  ...{ from: 'transfer.fact-corrected', act: 'transfer.correction-acknowledged' },
  text: 'Take note of a correction by the other party within 5 days of it.',
});

/** The limits of copies and corrections. No article gives the receiving agency or a recipient a number of days. */
export const limitsOfCopies: readonly Limit[] = [
  {
    ...{ step: 'ORIGIN_COPY', party: 'origin', owedBy: 'agency', days: 5, ladder: [breached('origin')] },
    ...{ from: 'transfer.decided', act: 'transfer.copy-sent' },
    ...{ article: '办法31', source: 'recalled', verified: false },
    text: 'Send the copies of an approval within 5 days of the decision.',
  },
  {
    ...{ ...proposed, step: 'RECEIVING_COPY', party: 'receiving', owedBy: 'agency', article: '法27' },
    ...{ from: 'transfer.file-receipted', act: 'transfer.copy-sent', ladder: [reminded('due', 0, 'receiving')] },
    text: 'Forward the legal documents within 5 days of the receipt.',
  },
  noted('ORIGIN_COPY_NOTED', 'origin'),
  noted('RECEIVING_COPY_NOTED', 'receiving'),
  correctionNoted('ORIGIN_CORRECTION_NOTED', 'origin'),
  correctionNoted('RECEIVING_CORRECTION_NOTED', 'receiving'),
];
