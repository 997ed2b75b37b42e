/**
 * Which last days move to the next day that is not one: 刑事诉讼法 105 speaks of 节假日, and whether that covers plain
 * weekends, and whether it governs the agencies' own limits at all, is interpretation (so it is a switch).
 */
export type RollForward = 'days-off' | 'public-holidays' | 'never';

/**
 * The ten points the law leaves open, each a switch of the rule pack and not code. A new answer is a new version of the
 * pack: what was judged under the old one stays judged under it.
 */
export interface PolicySwitches {
  /** (i) Whether weekends count as 节假日 when a last day falls on one. */
  readonly rollForward: RollForward;
  /** (ii) Days of travel left out of the person's own limit to report (刑事诉讼法 105); 0: none are. */
  readonly travelDays: number;
  /** (iii) Whether the hub's target for the decision is a limit at all; no limit of the law is known. */
  readonly decisionLimit: 'target' | 'none';
  /** (iv) What the silence of the agency asked means. There is one answer. */
  readonly silence: 'neither-consent-nor-refusal';
  /** (v) Which days count towards cumulative leave: every date touched, and whether recurring trips are added. */
  readonly leaveDays: { readonly partDays: 'count'; readonly recurringTrips: 'shown' | 'added' };
  /** (vi) From when an absence is counted: the day it was opened (in a transfer, the last day of the report), or the last verified contact (the service of the decision). */
  readonly absenceFrom: 'opened' | 'last-contact';
  /** (vii) How soon an alert across a border is raised, acknowledged by day and by night, verified and closed: minutes. */
  readonly alertMinutes: {
    readonly raised: number;
    readonly acknowledgedByDay: number;
    readonly acknowledgedByNight: number;
    readonly verified: number;
    readonly closed: number;
  };
  /** (viii) Who answers between decision and report. There is one answer: exactly one agency at every instant. */
  readonly answerableUntilReport: 'origin';
  /** (ix) On what the receiving agency may refuse: any ground of the closed list, or a false address only. */
  readonly refusalGrounds: 'closed-list' | 'false-address-only';
  /** (x) What a check-in by mobile phone is: information-based checking 信息化核查, never an electronic positioning device. */
  readonly mobileCheckIn: 'information-check';
}

export const defaultPolicy: PolicySwitches = {
  rollForward: 'days-off',
  travelDays: 0,
  decisionLimit: 'target',
  silence: 'neither-consent-nor-refusal',
  leaveDays: { partDays: 'count', recurringTrips: 'shown' },
  absenceFrom: 'opened',
  alertMinutes: { raised: 5, acknowledgedByDay: 30, acknowledgedByNight: 60, verified: 240, closed: 1_440 },
  answerableUntilReport: 'origin',
  refusalGrounds: 'closed-list',
  mobileCheckIn: 'information-check',
};

/** A switch as it is shown: which of the ten points, what it decides, how it stands in a pack. */
export interface ShownSwitch {
  /** The number of the point in the domain reference: i to x. */
  readonly number: string;
  readonly name: keyof PolicySwitches;
  readonly question: string;
  /** Whether the hub's transfers follow it; otherwise it is stated for the workflow that will. */
  readonly isOfTransfers: boolean;
}

/** The ten points in their order. */
export const SWITCHES: readonly ShownSwitch[] = (
  [
    ['i', 'rollForward', 'Which last days move to the next day that is not one 节假日顺延 (刑事诉讼法 105)?', true],
    [
      'ii',
      'travelDays',
      'How many days of travel are left out of the person’s own limit 在途时间 (刑事诉讼法 105)?',
      true,
    ],
    ['iii', 'decisionLimit', 'Is the time between reply and decision limited, by a target of the hub?', true],
    ['iv', 'silence', 'What does the silence of the agency asked mean?', true],
    ['v', 'leaveDays', 'Which days count towards cumulative leave 外出?', false],
    ['vi', 'absenceFrom', 'From when is an absence 脱离监管 counted?', true],
    ['vii', 'alertMinutes', 'How soon is an alert 预警 raised, acknowledged, verified and closed?', false],
    ['viii', 'answerableUntilReport', 'Who answers for the person between decision and report?', true],
    ['ix', 'refusalGrounds', 'On what grounds may the receiving agency refuse?', true],
    [
      'x',
      'mobileCheckIn',
      'What is a check-in by mobile phone: checking 信息化核查, or electronic positioning 电子定位?',
      false,
    ],
  ] as const
).map(([number, name, question, isOfTransfers]) => ({ number, name, question, isOfTransfers }));
