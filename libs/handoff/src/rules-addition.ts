import type { CalendarYear } from './calendar.js';
import { calendarFrom } from './calendar.js';
import { HandoffFault } from './faults.js';
import { addDays, type PlainDate } from './instant.js';
import type { PolicySwitches } from './policy.js';
import { checkBook, type RuleBook, type Rules } from './rule-book.js';
import type { Overlay } from './rule-overlay.js';
import type { Rule, RulePack } from './rule-pack.js';
import type { DeadlineStep } from './terms.js';

/** A new version of a pack: what is not named stays as in the pack it follows on. */
export interface PackVersion {
  readonly version: string;
  /** The version it follows on; that one ends the day before. */
  readonly base: string;
  readonly effectiveFrom: PlainDate;
  readonly policy?: Partial<PolicySwitches>;
  readonly limits?: readonly { readonly step: DeadlineStep; readonly days: number; readonly rule: Rule }[];
}

/** What an installation adds to the built-in rules, in one file that all nodes of the hub have alike. */
export interface RulesAddition {
  readonly packs?: readonly PackVersion[];
  /** A province's own overlay takes the place of the built-in one for the same pack. */
  readonly overlays?: readonly Overlay[];
  /** A year's notice takes the place of the one the calendar has for it. */
  readonly calendar?: readonly CalendarYear[];
}

/**
 * The rules with what is added to them. No published pack is edited: a change is a version of its own from a day on, and
 * what began under the old one stays judged by it.
 * @throws HandoffFault `RULE_BOOK_INVALID`
 */
export const withAddition = ({ book, calendar }: Rules, addition: RulesAddition): Rules => {
  const added = addition.calendar ?? [];
  const kept = calendar.years.filter(({ year }) => !added.some((each) => each.year === year));
  const versioned = (addition.packs ?? []).reduce(followedBy, book);
  const own = addition.overlays ?? [];
  const others = versioned.overlays.filter(
    ({ node, base }) => !own.some((overlay) => overlay.node === node && overlay.base === base),
  );
  return {
    book: checkBook({ packs: versioned.packs, overlays: [...others, ...own] }),
    calendar: calendarFrom([...kept, ...added].toSorted((a, b) => a.year - b.year)),
  };
};

/** The overlays of the old pack go on under the new one until a province brings another. */
const followedBy = ({ packs, overlays }: RuleBook, next: PackVersion): RuleBook => {
  const base = packs.find(({ version }) => version === next.base);
  if (base === undefined) throw new HandoffFault('RULE_BOOK_INVALID', `${next.version}: no pack ${next.base}`);
  if (next.effectiveFrom <= base.effectiveFrom)
    throw new HandoffFault('RULE_BOOK_INVALID', `${next.version}: effectiveFrom is not after that of ${base.version}`);
  const unknown = next.limits?.find(({ step }) => !base.limits.some((limit) => limit.step === step));
  if (unknown !== undefined) throw new HandoffFault('RULE_BOOK_INVALID', `${next.version}: no limit ${unknown.step}`);
  const effectiveTo = addDays(next.effectiveFrom, -1);
  const ended = { ...base, effectiveTo };
  const following: RulePack = {
    ...base,
    ...{ version: next.version, effectiveFrom: next.effectiveFrom, effectiveTo: base.effectiveTo },
    policy: { ...base.policy, ...next.policy },
    limits: base.limits.map((limit) => {
      const changed = next.limits?.find(({ step }) => step === limit.step);
      return changed === undefined ? limit : { ...limit, ...changed.rule, days: changed.days };
    }),
  };
  const carried = overlays.flatMap((overlay) =>
    overlay.base !== base.version
      ? [overlay]
      : [
          { ...overlay, effectiveTo },
          { ...overlay, base: next.version, effectiveFrom: next.effectiveFrom },
        ],
  );
  return { packs: packs.flatMap((pack) => (pack === base ? [ended, following] : [pack])), overlays: carried };
};
