import { accept, type Decider, reject } from '@delta-hub/decider';
import type { AgencyId } from './agency.js';
import type { Act, CommandContext, Competence, DocumentRef } from './act.js';
import { citing, competenceRejection, type CompetenceRejection } from './competence.js';
import type { Instant } from './instant.js';
import type { PersonFile } from './person.js';
import { mayHandleSealed } from './sealing.js';

interface Pair {
  /** The id in whose stream the match is recorded. Both stay ids of the person. */
  readonly personId: string;
  /** The other id of the same person: by a former name 曾用名, or from an earlier term. */
  readonly duplicateId: string;
  readonly documents: readonly DocumentRef[];
}

/** What is said of two ids: that they may be one person, that they are, and that they are not after all. Never more than two. */
export type PersonMergeEvent =
  Act<'person.match-proposed', Pair> | Act<'person.merged', Pair> | Act<'person.unmerged', Pair>;

export type PersonMergeCommand = CommandContext &
  Pair & {
    readonly type: 'ProposeMatch' | 'MergePersons' | 'UnmergePersons';
    /** Both persons, as this node's facts know each by itself; undefined when they do not. */
    readonly person: PersonFile | undefined;
    readonly duplicate: PersonFile | undefined;
    /** Whether either id is merged with a third one, or the two are by the stream of the other one. */
    readonly isTaken: boolean;
  };

export type PersonMergeRejection =
  | CompetenceRejection
  | {
      readonly code:
        | 'PERSON_UNKNOWN'
        | 'PERSON_NOT_YOURS'
        | 'PERSON_HAS_OPEN_TRANSFER'
        | 'PERSONS_IN_DIFFERENT_HANDS'
        | 'SAME_PERSON'
        | 'MATCH_NOT_PROPOSED'
        | 'MATCH_ALREADY_PROPOSED'
        | 'ALREADY_MERGED'
        | 'NOT_MERGED'
        | 'FOUR_EYES_REQUIRED'
        | 'EVIDENCE_MISSING'
        | 'OCCURRED_IN_FUTURE'
        | 'OCCURRED_BEFORE_CAUSE';
      readonly rule?: string;
    };

/**
 * What was said of each pair of a stream, by the other id, in the order in which it was done: what was lost on the way and
 * came later, or crossed what another agency said, stands in its place.
 */
export type PersonMergeState = Readonly<Record<string, readonly PersonMergeEvent[]>>;

/** The last that was said of a pair, or had been by an instant. A match proposed while they are merged says nothing. */
const lastSaid = (state: PersonMergeState, duplicateId: string, at?: Instant): PersonMergeEvent | undefined => {
  const said = (state[duplicateId] ?? []).filter(({ occurredAt }) => at === undefined || occurredAt <= at);
  const binding = said.findLast(({ type }) => type !== 'person.match-proposed');
  return binding?.type === 'person.merged' ? binding : said.at(-1);
};

const inTime = (events: readonly PersonMergeEvent[]): readonly PersonMergeEvent[] =>
  events.toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : Number(a.occurredAt > b.occurredAt)));

export const mergeCompetence: Competence = { signedBy: 'officer', delegable: false, article: '个保法46' };

const TYPES = {
  ProposeMatch: 'person.match-proposed',
  MergePersons: 'person.merged',
  UnmergePersons: 'person.unmerged',
} as const;

/** A merge takes two officers: one proposes the match, another decides on it. It can be taken back; nothing vanishes. */
export const personMergeDecider: Decider<PersonMergeState, PersonMergeCommand, PersonMergeEvent, PersonMergeRejection> =
  {
    initialState: {},

    decide: (command, state) => {
      const { occurredAt, now, agency, personId, duplicateId, documents } = command;
      const type = TYPES[command.type];
      const actor = citing({ ...command, type }, agency);
      const rejection =
        competenceRejection({ type, occurredAt, actor }, mergeCompetence, agency) ??
        aboutPersons(command, lastSaid(state, duplicateId)) ??
        aboutPair(command, lastSaid(state, duplicateId));
      if (rejection !== undefined) return reject(rejection);
      if (occurredAt > now) return reject({ code: 'OCCURRED_IN_FUTURE' });
      return accept({ type, occurredAt, actor, data: { personId, duplicateId, documents } });
    },

    evolve: (state, event) => {
      const { duplicateId } = event.data;
      return { ...state, [duplicateId]: inTime([...(state[duplicateId] ?? []), event]) };
    },
  };

/** Two persons, both known, of whom the acting agency answers for the one in whose stream it writes; or it has merged them. */
const aboutPersons = (
  { type, actor, person, duplicate, personId, duplicateId, agency, documents }: PersonMergeCommand,
  last: PersonMergeEvent | undefined,
): PersonMergeRejection | undefined => {
  if (personId === duplicateId) return { code: 'SAME_PERSON' };
  if (person === undefined || duplicate === undefined) return { code: 'PERSON_UNKNOWN' };
  const isSealed = [person, duplicate].some(({ confidentiality }) => confidentiality !== undefined);
  if (isSealed && !mayHandleSealed(actor)) return { code: 'PERSON_UNKNOWN' };
  const decidedBy = type === 'UnmergePersons' ? last?.actor.agencyId : person.agency;
  if (decidedBy !== undefined && decidedBy !== agency.id) return { code: 'PERSON_NOT_YOURS', rule: '法22' };
  return documents.length === 0 ? { code: 'EVIDENCE_MISSING' } : undefined;
};

const aboutPair = (
  { type, occurredAt, actor, person, duplicate, isTaken }: PersonMergeCommand,
  last: PersonMergeEvent | undefined,
): PersonMergeRejection | undefined => {
  const isMerged = last?.type === 'person.merged';
  if (last !== undefined && occurredAt < last.occurredAt) return { code: 'OCCURRED_BEFORE_CAUSE' };
  if (type === 'UnmergePersons') return isMerged ? undefined : { code: 'NOT_MERGED' };
  if (isMerged || isTaken) return { code: 'ALREADY_MERGED' };
  if (type === 'ProposeMatch')
    return last?.type === 'person.match-proposed' ? { code: 'MATCH_ALREADY_PROPOSED' } : undefined;
  if (last?.type !== 'person.match-proposed') return { code: 'MATCH_NOT_PROPOSED' };
  if (last.actor.officerId === actor.officerId) return { code: 'FOUR_EYES_REQUIRED', rule: '个保法46' };
  // A merge hands nobody over: it would be a transfer without the law's procedure.
  if (person?.agency !== duplicate?.agency) return { code: 'PERSONS_IN_DIFFERENT_HANDS', rule: '法27' };
  return person?.openTransferId !== undefined && duplicate?.openTransferId !== undefined
    ? { code: 'PERSON_HAS_OPEN_TRANSFER' }
    : undefined;
};

/** A person as a node knows them, and who answered before. */
export type KnownPerson = PersonFile & { readonly earlier?: readonly AgencyId[] };

/**
 * Two persons as a node knows them, each by itself, and whether either id was merged with a third one when it was said, or
 * the two were by the stream of the other one.
 */
export interface KnownPair {
  readonly person: KnownPerson | undefined;
  readonly duplicate: KnownPerson | undefined;
  readonly isTaken: boolean;
}

/**
 * What stands against a partner's word about two ids of which this node holds facts of one at least. `PERSON_NOT_YOURS` and
 * `PERSON_UNKNOWN` may be a matter of time: that the person has come into the partner's hands may be on its way. That they
 * have left them its author may not have known: who has answered is believed. A match binds nobody, whatever it crosses. Judged
 * by what had been said when it was done: facts of a pair come in any order when some are lost and sent again.
 * `isTold`: the agency that answers by now has passed it on, and whether its author answered then was seen where that was known.
 */
export const mergeAdmission = (
  state: PersonMergeState,
  { type, occurredAt, actor, data: { personId, duplicateId, documents } }: PersonMergeEvent,
  { person, duplicate, isTaken }: KnownPair,
  isTold = false,
): PersonMergeRejection | undefined => {
  const last = lastSaid(state, duplicateId, occurredAt);
  const isMatch = type === 'person.match-proposed';
  const known = [person, duplicate].filter((file) => file !== undefined);
  if (personId === duplicateId) return { code: 'SAME_PERSON' };
  if (documents.length === 0) return { code: 'EVIDENCE_MISSING' };
  if (known.some(({ confidentiality }) => confidentiality !== undefined) && !mayHandleSealed(actor))
    return { code: 'PERSON_UNKNOWN' };
  if (type === 'person.unmerged') {
    if (last?.type !== 'person.merged') return { code: 'NOT_MERGED' };
    return last.actor.agencyId === actor.agencyId ? undefined : { code: 'PERSON_NOT_YOURS', rule: '法22' };
  }
  if (!isMatch && (last?.type === 'person.merged' || isTaken)) return { code: 'ALREADY_MERGED' };
  if (!isMatch && last?.type === 'person.match-proposed' && last.actor.officerId === actor.officerId)
    return { code: 'FOUR_EYES_REQUIRED', rule: '个保法46' };
  if (isTold) return undefined;
  if (known.length === 0) return { code: 'PERSON_UNKNOWN' };
  const isTheirs = ({ agency, earlier }: KnownPerson): boolean =>
    agency === actor.agencyId || earlier?.includes(actor.agencyId) === true;
  // A match is proposed by whoever answers for the one, of an id that may be in other hands.
  const isConcerned = isMatch ? person === undefined || known.some(isTheirs) : known.every(isTheirs);
  return isConcerned ? undefined : { code: 'PERSON_NOT_YOURS', rule: '法22' };
};

/** A time in which two ids were one person. */
export interface MergePeriod {
  readonly personId: string;
  readonly duplicateId: string;
  readonly from: Instant;
  /** Exclusive; absent while it lasts. */
  readonly until?: Instant;
}

/** The times in which pairs were merged, in the order in which they began. `events` are one stream's. */
export const mergePeriods = (events: readonly PersonMergeEvent[]): readonly MergePeriod[] =>
  inTime(events).reduce<readonly MergePeriod[]>((periods, { type, occurredAt, data: { personId, duplicateId } }) => {
    if (type === 'person.merged') return [...periods, { personId, duplicateId, from: occurredAt }];
    if (type === 'person.match-proposed') return periods;
    return periods.map((period) =>
      period.duplicateId === duplicateId && period.until === undefined ? { ...period, until: occurredAt } : period,
    );
  }, []);
