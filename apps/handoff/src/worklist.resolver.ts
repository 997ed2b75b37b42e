import { agencyById, type HandoffGraphql, isAtOrAbove } from '@delta-hub/contracts';
import {
  dayOf,
  hubRules,
  mayHandleSealed,
  SWITCHES,
  type TracedRule,
  tracedRules,
  traceRule,
} from '@delta-hub/handoff';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { agencyAnswer, type TransferParent } from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import type { DutyPlace, DutyRow } from './duty-table.js';
import { casesAt } from './past-cases.js';
import { pageBy } from './paging.js';
import { ReadModels } from './read-models.js';
import { hasOpened } from './sealed-records.js';
import { standpointOf, type View, type ViewArgs, viewOf } from './view.js';
import { worklistAgencyOf } from './visibility.js';

type DutyParent = DutyRow & { readonly view: View | undefined };

/** 待办: what an agency, or all below it, has still to do, with the time left. */
@Resolver('OpenDuty')
export class WorklistResolver {
  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: NodeClock,
  ) {}

  @Query('worklist')
  worklist(@Args() args: HandoffGraphql.QueryWorklistArgs, @Context() { caller }: RequestContext) {
    const own = worklistAgencyOf(caller);
    const agency = args.agency ?? own;
    if (own === undefined || agency === undefined || agencyById(agency) === undefined || !isAtOrAbove(own, agency))
      throw new GraphQLError('A worklist is for the officers of the agency, and of those above it.', {
        extensions: { code: 'FORBIDDEN' },
      });
    const view = viewOf(args, this.clock);
    return pageBy(args, placeIn, (after, limit) =>
      casesAt(this.readModels, view)
        .openDuties(agency, after, limit, mayHandleSealed(caller))
        .map((row) => ({ cursor: placeText(row), node: { ...row, view } })),
    );
  }

  @ResolveField('transfer')
  transfer(@Parent() { transferId, view }: DutyParent, @Context() { caller }: RequestContext): TransferParent | null {
    const summary = casesAt(this.readModels, view).transfer(transferId)!;
    const isClosed =
      summary.confidentiality !== undefined && !hasOpened(caller, this.readModels, summary.personId, this.clock.now());
    return isClosed ? null : { ...summary, view };
  }

  @ResolveField('agency')
  agency(@Parent() { agency }: DutyParent) {
    return agencyAnswer(agency);
  }

  @ResolveField('about')
  about(@Parent() { about }: DutyParent) {
    return about === '' ? null : about;
  }

  @ResolveField('recipient')
  recipient(@Parent() { recipient }: DutyParent) {
    return recipient === null ? null : agencyAnswer(recipient);
  }

  /** Whole seconds; negative once the limit has passed. */
  @ResolveField('secondsLeft')
  secondsLeft(@Parent() { due, view }: DutyParent): number {
    return Math.floor((Date.parse(due) - Date.parse(standpointOf(view, this.clock))) / 1000);
  }

  @ResolveField('isOverdue')
  isOverdue(@Parent() { due, view }: DutyParent): boolean {
    return due <= standpointOf(view, this.clock);
  }

  @ResolveField('rule')
  rule(@Parent() { ruleId }: DutyParent) {
    return traceRule(ruleId) ?? null;
  }
}

/** 规则溯源: from a verdict's rule to its article. */
@Resolver('Rule')
export class RuleResolver {
  constructor(private readonly clock: NodeClock) {}

  @Query('rules')
  rules(@Args() times: ViewArgs) {
    const view = viewOf(times, this.clock);
    return tracedRules(hubRules.book).filter((rule) => isInForce(rule, view));
  }

  @Query('policy')
  policy(@Args() times: ViewArgs) {
    const view = viewOf(times, this.clock);
    return hubRules.book.packs
      .filter((pack) => isInForce(pack, view))
      .flatMap(({ version, policy }) => SWITCHES.map((one) => ({ pack: version, ...one, value: policy[one.name] })));
  }

  @Query('calendar')
  calendar(@Args() times: ViewArgs) {
    viewOf(times, this.clock);
    return hubRules.calendar.years.map((year) => ({
      ...year,
      holidays: year.holidays.map(([first, last]) => ({ first, last })),
    }));
  }

  @Query('rule')
  rule(@Args() { id, ...times }: HandoffGraphql.QueryRuleArgs) {
    const view = viewOf(times, this.clock);
    const rule = traceRule(id);
    return rule !== undefined && isInForce(rule, view) ? rule : null;
  }
}

/** The book comes with the program and is the same whenever it is asked; only what is in force has its days. */
const isInForce = (
  { effectiveFrom, effectiveTo }: Pick<TracedRule, 'effectiveFrom' | 'effectiveTo'>,
  view: View | undefined,
): boolean => {
  if (view?.validAt === undefined) return true;
  const day = dayOf(view.validAt);
  return effectiveFrom <= day && (effectiveTo === null || day <= effectiveTo);
};

const placeText = ({ due, transferId, step, about }: DutyPlace): string => [due, transferId, step, about].join('|');

const placeIn = (text: string): DutyPlace | undefined => {
  const [due, transferId, step, about, ...more] = text.split('|');
  return due === undefined || transferId === undefined || step === undefined || about === undefined || more.length > 0
    ? undefined
    : { due, transferId, step, about };
};
