import { agencyById, type HandoffGraphql, isAtOrAbove } from '@delta-hub/contracts';
import { hubRules, tracedRules, traceRule } from '@delta-hub/handoff';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { agencyAnswer, type TransferParent } from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import type { DutyPlace, DutyRow } from './duty-table.js';
import { pageBy } from './paging.js';
import { ReadModels } from './read-models.js';
import { worklistAgencyOf } from './visibility.js';

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
    return pageBy(args, placeIn, (after, limit) =>
      this.readModels.duties.of(agency, after, limit).map((row) => ({ cursor: placeText(row), node: row })),
    );
  }

  @ResolveField('transfer')
  transfer(@Parent() { transferId }: DutyRow) {
    return this.readModels.transfer(transferId) as TransferParent;
  }

  @ResolveField('agency')
  agency(@Parent() { agency }: DutyRow) {
    return agencyAnswer(agency);
  }

  /** Whole seconds; negative once the limit has passed. */
  @ResolveField('secondsLeft')
  secondsLeft(@Parent() { due }: DutyRow): number {
    return Math.floor((Date.parse(due) - Date.parse(this.clock.now())) / 1000);
  }

  @ResolveField('isOverdue')
  isOverdue(@Parent() { due }: DutyRow): boolean {
    return due <= this.clock.now();
  }

  @ResolveField('rule')
  rule(@Parent() { ruleId }: DutyRow) {
    return traceRule(ruleId) ?? null;
  }
}

/** 规则溯源: from a verdict's rule to its article. */
@Resolver('Rule')
export class RuleResolver {
  @Query('rules')
  rules() {
    return tracedRules(hubRules.book);
  }

  @Query('rule')
  rule(@Args('id') id: string) {
    return traceRule(id) ?? null;
  }
}

const placeText = ({ due, transferId, step }: DutyPlace): string => [due, transferId, step].join('|');

const placeIn = (text: string): DutyPlace | undefined => {
  const [due, transferId, step, ...more] = text.split('|');
  return due === undefined || transferId === undefined || step === undefined || more.length > 0
    ? undefined
    : { due, transferId, step };
};
