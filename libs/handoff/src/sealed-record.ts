import { accept, type Decider, reject } from '@delta-hub/decider';
import type { Act, CommandContext, Competence, DocumentRef } from './act.js';
import { dayOf } from './instant.js';
import { packInForce, type RuleBook } from './rule-book.js';
import { mayHandleSealed } from './sealing.js';
import type { Reader, ReadingGround } from './terms.js';

/** 查询封存档案: a sealed record was read, by whom, on which ground and legal basis (刑事诉讼法 286; 社区矫正法 54). */
export type SealedRecordEvent = Act<
  'person.sealed-record-read',
  {
    readonly personId: string;
    readonly ground: ReadingGround;
    /** The article of the ground. */
    readonly basis: string;
    /** The letter of the unit that asks. */
    readonly documents: readonly DocumentRef[];
  }
>;

export type SealedRecordCommand = CommandContext & {
  readonly type: 'ReadSealedRecord';
  readonly personId: string;
  readonly ground: ReadingGround;
  readonly documents: readonly DocumentRef[];
  readonly reader: Reader;
  /** Whether this node holds a sealed record of the person and the reader's agency has to do with it. */
  readonly isReadable: boolean;
  readonly book: RuleBook;
};

export type SealedRecordRejection = {
  readonly code: 'PERSON_UNKNOWN' | 'ROLE_NOT_PERMITTED' | 'EVIDENCE_MISSING';
  readonly rule?: string;
};

export const readingCompetence: Competence = {
  ...{ signedBy: 'officer', orRecipient: true, delegable: false },
  ...{ levels: ['province', 'city', 'county', 'office'], article: '刑诉法286' },
};

/**
 * Nothing is folded: a record may be read again and again, and each reading is a fact. To whom it is not open it is
 * PERSON_UNKNOWN, sealed or not, there or not; everything else is refused before it is looked at.
 */
export const sealedRecordDecider: Decider<object, SealedRecordCommand, SealedRecordEvent, SealedRecordRejection> = {
  initialState: {},

  decide: (command) => {
    const { occurredAt, actor, agency, ground, reader, personId, documents, book } = command;
    const rules = packInForce(book, agency.node, dayOf(occurredAt))?.readings ?? [];
    const rule = rules.find((each) => each.ground === ground);
    if (rule?.readers.includes(reader) !== true) return reject({ code: 'ROLE_NOT_PERMITTED' });
    const isOfTheHub = reader === 'correction' || reader === 'inspector';
    if (isOfTheHub && !mayHandleSealed(actor)) return reject({ code: 'PERSON_UNKNOWN' });
    // A court or the police shows why it asks; whoever works with minors is known by that duty.
    if (!mayHandleSealed(actor) && documents.length === 0)
      return reject({ code: 'EVIDENCE_MISSING', rule: rule.article });
    if (!command.isReadable) return reject({ code: 'PERSON_UNKNOWN' });
    const data = { personId, ground, basis: rule.article, documents };
    return accept({ type: 'person.sealed-record-read', occurredAt, actor, data });
  },

  evolve: (state) => state,
};
