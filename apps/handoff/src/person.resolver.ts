import type { HandoffGraphql } from '@delta-hub/contracts';
import { Args, Context, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import {
  intervalAnswer,
  intervalAtInstant,
  intervalsOfPerson,
  type PersonParent,
  type TransferParent,
} from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import { Commands } from './commands.js';
import { casesAt } from './past-cases.js';
import { ReadModels } from './read-models.js';
import type { Inputs } from './requests.js';
import { instantIn, standpointOf, viewOf } from './view.js';
import { maySee, maySeePersonOf } from './visibility.js';

/** 社区矫正对象 over GraphQL, by the hub's own number. */
@Resolver('Person')
export class PersonResolver {
  constructor(
    private readonly commands: Commands,
    private readonly readModels: ReadModels,
    private readonly clock: NodeClock,
  ) {}

  @Mutation('registerIntake')
  registerIntake(
    @Args('idempotencyKey') key: string,
    @Args('input') input: Inputs['RegisterIntake'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onPerson({ type: 'RegisterIntake', input }, key, caller);
  }

  @Query('person')
  person(
    @Args() { id, ...times }: HandoffGraphql.QueryPersonArgs,
    @Context() { caller }: RequestContext,
  ): PersonParent | null {
    const view = viewOf(times, this.clock);
    const cases = casesAt(this.readModels, view);
    const isParty = cases.transfersOfPerson(id).some((transfer) => maySee(caller, transfer));
    const isHolder = intervalsOfPerson(cases, id).some(({ agency }) => maySeePersonOf(caller, agency));
    return isParty || isHolder ? { id, view } : null;
  }

  @ResolveReference()
  resolveReference({ id }: PersonParent, { caller }: RequestContext): PersonParent | null {
    return this.person({ id }, { caller });
  }

  @ResolveField('category')
  category(@Parent() person: PersonParent) {
    return this.newest(person)?.category ?? null;
  }

  @ResolveField('correctionEnd')
  correctionEnd(@Parent() person: PersonParent) {
    return this.newest(person)?.correctionEnd ?? null;
  }

  @ResolveField('transfers')
  transfers(@Parent() { id, view }: PersonParent, @Context() { caller }: RequestContext): readonly TransferParent[] {
    return casesAt(this.readModels, view)
      .transfersOfPerson(id)
      .filter((transfer) => maySee(caller, transfer))
      .map((transfer) => ({ ...transfer, view }));
  }

  /** The view of the field itself goes before that of the person. */
  @ResolveField('answerable')
  answerable(@Parent() { id, view }: PersonParent, @Args() { at, ...times }: HandoffGraphql.PersonAnswerableArgs) {
    const own = viewOf(times, this.clock) ?? view;
    const instant = at == null ? standpointOf(own, this.clock) : instantIn('at', at);
    const interval = intervalAtInstant(intervalsOfPerson(casesAt(this.readModels, own), id), instant);
    return interval === undefined ? null : intervalAnswer(interval);
  }

  @ResolveField('answerability')
  answerability(@Parent() { id, view }: PersonParent) {
    return intervalsOfPerson(casesAt(this.readModels, view), id).map(intervalAnswer);
  }

  private newest({ id, view }: PersonParent) {
    const cases = casesAt(this.readModels, view);
    return cases.transfersOfPerson(id).at(-1) ?? cases.person(id)?.event.data;
  }
}
