import type { AgencyId } from './agency.js';
import { aboutCopy, asNth, type CopyName, nthOf } from './anew.js';
import { correctionOf, type CorrectionStatus, standingNth } from './corrections.js';
import { dayOf } from './instant.js';
import { recordAct } from './record-act.js';
import { hubRules, packInForce } from './rule-book.js';
import type { CopyRule } from './rule-pack.js';
import type { OfficeRole, Party } from './terms.js';
import type { TransferCommand } from './transfer.commands.js';
import type { OnceType, TransferAct, TransferEvent, TransferRejection } from './transfer.events.js';
import { actsOfType, type TransferState } from './transfer.state.js';

type Copy = TransferAct<'transfer.copy-sent'>;

/** A copy of a case 抄送, with whether its recipient has taken note of it, and of a correction of what was copied. */
export interface CopyStatus {
  readonly sent: Copy;
  readonly acknowledged?: TransferAct<'transfer.copy-acknowledged'>;
  /** The correction of the copied fact, which the recipient has to take note of as well. */
  readonly correction?: CorrectionStatus;
}

/** The offices of which the case alone can say who they are: the sender names them, and they may be anywhere. */
export const NAMED_OFFICES: readonly OfficeRole[] = ['deciding-authority', 'custody-place'];

/** Who sends the copy to an office: the receiving agency to those of its own county, the origin to all others. */
export const sendingParty = (office: OfficeRole): Party => (office.startsWith('receiving') ? 'receiving' : 'origin');

/** The copies of a case, oldest first. */
export const copiesOf = (state: TransferState): readonly CopyStatus[] =>
  actsOfType(state, 'transfer.copy-sent')
    .toSorted((a, b) => (a.occurredAt + a.data.office < b.occurredAt + b.data.office ? -1 : 1))
    .map((sent) => {
      const acknowledged = state[`transfer.copy-acknowledged#${aboutCopy(sent.data)}`];
      const correction = correctionOf(state, sent.data.of, nthOf(sent));
      const noted = state[`transfer.correction-acknowledged#${aboutCopy(sent.data)}`];
      return {
        sent,
        ...(acknowledged === undefined ? {} : { acknowledged }),
        ...(correction === undefined
          ? {}
          : { correction: noted === undefined ? { correction } : { correction, acknowledged: noted } }),
      };
    });

/** The copy that an acknowledgement is about; undefined while there is none. */
export const copyFor = (state: TransferState, name: CopyName): Copy | undefined =>
  state[`transfer.copy-sent#${aboutCopy(name)}`];

/** The copy that a recipient means who takes note of one: the first of the fact that it has not noted yet, else the last. */
export const copyToNote = (state: TransferState, of: OnceType, office: OfficeRole): CopyName => {
  const copies = actsOfType(state, 'transfer.copy-sent')
    .map(({ data }) => data)
    .filter((copy) => copy.of === of && copy.office === office)
    .sort((a, b) => (a.nth ?? 1) - (b.nth ?? 1));
  const isNoted = (copy: CopyName): boolean => state[`transfer.copy-acknowledged#${aboutCopy(copy)}`] !== undefined;
  const { nth = 1 } = copies.find((copy) => !isNoted(copy)) ?? copies.at(-1) ?? {};
  return { of, office, ...asNth(nth) };
};

/** The rule that a copy rests on, once what it waits for has been done; undefined when nobody is to have such a copy. */
export const copyRuleFor = (state: TransferState, { of, office, nth = 1 }: CopyName): CopyRule | undefined => {
  const parties = state['transfer.applied']?.data;
  const node = sendingParty(office) === 'origin' ? parties?.originNode : parties?.receivingNode;
  const copied = state[of];
  if (node === undefined || copied === undefined || nthOf(copied) !== nth) return undefined;
  const rule = packInForce(hubRules.book, node, dayOf(copied.occurredAt))?.copies.find(
    (each) => each.of === of && each.to === office,
  );
  return rule !== undefined && isDue(rule, state) ? rule : undefined;
};

/** Whether a copy is to be made: of an approved transfer, of the category the rule is for, once its act has been done. */
export const isDue = ({ of, from, category }: CopyRule, state: TransferState): boolean =>
  state['transfer.decided']?.data.approved === true &&
  state[of] !== undefined &&
  state[from] !== undefined &&
  (category === undefined || category === state['transfer.applied']?.data.category);

/** What stands against a copy of what the other party has done. Of two acts that crossed only its author knows which it was. */
export const foreignCopyRejection = (state: TransferState, { data, actor }: Copy): TransferRejection | undefined =>
  copyRuleFor(state, data)?.isOfSender === true && state[data.of]?.actor.agencyId !== actor.agencyId
    ? { code: 'COPY_NOT_DUE' }
    : undefined;

/** What stands against a copy: no rule wants it, or it would be older than what it waits for. */
export const copyRejection = (state: TransferState, act: Copy): TransferRejection | undefined => {
  const rule = copyRuleFor(state, act.data);
  if (rule === undefined) return { code: 'COPY_NOT_DUE' };
  const { outside } = act.data;
  if ((act.data.recipient === undefined) === (outside === undefined)) return { code: 'RECIPIENT_UNKNOWN' };
  // Who stands beside the parties is in the directory, and served by their nodes.
  if (outside !== undefined && !NAMED_OFFICES.includes(act.data.office)) return { code: 'RECIPIENT_UNKNOWN' };
  if (outside?.proofs.length === 0) return { code: 'EVIDENCE_MISSING', rule: rule.article };
  const cause = state[rule.from];
  return cause !== undefined && act.occurredAt < cause.occurredAt ? { code: 'OCCURRED_BEFORE_CAUSE' } : undefined;
};

/** What stands against an acknowledgement whose author is known to be the recipient: it is older than the copy. */
export const noteRejection = (
  state: TransferState,
  { data, occurredAt }: TransferAct<'transfer.copy-acknowledged'>,
): TransferRejection | undefined => {
  const copy = copyFor(state, data);
  return copy !== undefined && occurredAt < copy.occurredAt ? { code: 'OCCURRED_BEFORE_CAUSE' } : undefined;
};

/** Whether an act is a recipient's to write: that it has taken note of its copy, or of a correction of what was copied. */
export const isOfRecipient = (act: TransferEvent): boolean =>
  act.type === 'transfer.copy-acknowledged' ||
  (act.type === 'transfer.correction-acknowledged' && act.data.office !== undefined);

/** The recipient who alone may write such an act; undefined for every other act, and while there is no copy. */
export const recipientOfAct = (state: TransferState, act: TransferEvent): AgencyId | undefined => {
  if (act.type === 'transfer.copy-acknowledged') return copyFor(state, act.data)?.data.recipient;
  if (act.type !== 'transfer.correction-acknowledged' || act.data.office === undefined) return undefined;
  const { fact: of, ...about } = act.data;
  return copyFor(state, { ...about, of, office: act.data.office })?.data.recipient;
};

type SendCopy = Extract<TransferCommand, { type: 'SendCopy' }>;

/** The copy a command asks for: of the documents of the copied fact, to the one that the directory has for the office, or as it was served outside. */
export const copyOf = (command: SendCopy, state: TransferState): Copy | TransferRejection => {
  const { of, office, recipientOf, outside } = command;
  const parties = state['transfer.applied']?.data;
  const copied = state[of]?.data;
  if (parties === undefined) return { code: 'TRANSFER_UNKNOWN' };
  const documents = copied !== undefined && 'documents' in copied ? copied.documents : [];
  const { confidentiality } = parties;
  const nth = asNth(standingNth(state, of));
  const data = { of, office, documents, ...nth, ...(confidentiality === undefined ? {} : { confidentiality }) };
  if (outside !== undefined) return recordAct('transfer.copy-sent', command, { ...data, outside });
  const recipient = recipientOf(parties[sendingParty(office)]);
  return recipient === undefined
    ? { code: 'RECIPIENT_UNKNOWN' }
    : recordAct('transfer.copy-sent', command, { ...data, recipient: recipient.id });
};
