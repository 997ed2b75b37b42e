import { accept, type Decider, reject } from '@delta-hub/decider';
import type { Act, CommandContext, CorrectionCategory } from './act.js';
import type { AgencyId } from './agency.js';
import { citing, competenceRejection, type CompetenceRejection } from './competence.js';
import { dayOf, type Instant, type PlainDate } from './instant.js';
import { intakeCompetence } from './intake-competence.js';
import { packInForce, type RuleBook } from './rule-book.js';
import { isSealedAtBirth, mayHandleSealed, type Offence, sealOf } from './sealing.js';
import type { Seal } from './terms.js';

/** 接收登记 (社区矫正法 22): from this act on the acting county agency answers for the person. */
export type PersonEvent = Act<
  'person.intake-registered',
  Seal & {
    /** The hub's own pseudonymous number. */
    readonly personId: string;
    readonly category: CorrectionCategory;
    readonly agency: AgencyId;
    readonly correctionStart: PlainDate;
    /** The last day of correction. */
    readonly correctionEnd: PlainDate;
  }
>;

/** What a node knows of a person 社区矫正对象, folded from its facts: see `personFile`. */
export interface PersonFile extends Seal {
  readonly personId: string;
  readonly category: CorrectionCategory;
  readonly correctionEnd: PlainDate;
  /** The county agency that answers for the person, and since when. */
  readonly agency: AgencyId;
  readonly since: Instant;
  /** The transfer under way, by its case id. */
  readonly openTransferId?: string;
}

export type PersonCommand = CommandContext & {
  readonly type: 'RegisterIntake';
  readonly personId: string;
  /** The person as this node's facts know them already, be it from a transfer; undefined when they do not. */
  readonly known: PersonFile | undefined;
  readonly category: CorrectionCategory;
  readonly correctionStart: PlainDate;
  readonly correctionEnd: PlainDate;
  readonly offence: Offence;
  /** The file mentions the sealed record of another 含犯罪记录封存信息. */
  readonly mentionsSealed: boolean;
  readonly book: RuleBook;
};

export type PersonRejection =
  | CompetenceRejection
  | { readonly code: 'PERSON_ALREADY_REGISTERED' | 'JUVENILE_DUTY_MISSING'; readonly rule: string }
  | { readonly code: 'OCCURRED_IN_FUTURE' }
  | { readonly code: 'FIELD_INVALID'; readonly field: 'correctionEnd' };

/** The facts of a person's own stream. */
export type PersonState = { readonly intake?: PersonEvent };

const INTAKE = 'person.intake-registered';

export const personDecider: Decider<PersonState, PersonCommand, PersonEvent, PersonRejection> = {
  initialState: {},

  decide: (command, { intake }) => {
    const { occurredAt, now, agency, known, personId, category, correctionStart, correctionEnd } = command;
    const actor = citing({ ...command, type: INTAKE }, agency);
    const incompetence = competenceRejection({ type: INTAKE, occurredAt, actor }, intakeCompetence, agency);
    if (incompetence !== undefined) return reject(incompetence);
    if (intake !== undefined || known !== undefined)
      return reject({ code: 'PERSON_ALREADY_REGISTERED', rule: intakeCompetence.article });
    if (correctionEnd < correctionStart) return reject({ code: 'FIELD_INVALID', field: 'correctionEnd' });
    if (occurredAt > now) return reject({ code: 'OCCURRED_IN_FUTURE' });
    const seal = sealAtBirth(command);
    if (seal.confidentiality !== undefined && !mayHandleSealed(actor))
      return reject({ code: 'JUVENILE_DUTY_MISSING', rule: '法52' });
    const data = { personId, category, agency: agency.id, correctionStart, correctionEnd, ...seal };
    return accept({ type: INTAKE, occurredAt, actor, data });
  },

  evolve: (state, event) => (state.intake === undefined ? { intake: event } : state),
};

/** The law of the day of the intake decides; that somebody turns 18 later changes nothing (社区矫正法 58). */
const sealAtBirth = ({ offence, mentionsSealed, book, agency, occurredAt }: PersonCommand): Seal => {
  const rule = packInForce(book, agency.node, dayOf(occurredAt))?.sealing;
  return sealOf({
    ...(rule !== undefined && isSealedAtBirth(offence, rule) ? { confidentiality: 'MINOR_SEALED' } : {}),
    ...(mentionsSealed ? { mentionsSealed } : {}),
  });
};
