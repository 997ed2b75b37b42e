import type { HandoffGraphql } from '@delta-hub/contracts';
import { Args, Context, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import type { Caller } from '@delta-hub/crypto';
import { intervalAnswer, type PersonParent, type TransferParent } from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import { Commands } from './commands.js';
import { intervalAtInstant, intervalsOfPerson } from './intervals.js';
import { casesAt } from './past-cases.js';
import { ReadModels } from './read-models.js';
import type { Inputs } from './requests.js';
import { concerns, hasOpened, isSealed, maySeeCase } from './sealed-records.js';
import { instantIn, standpointOf, viewOf } from './view.js';

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

  @Mutation('readSealedRecord')
  readSealedRecord(
    @Args('idempotencyKey') key: string,
    @Args('input') input: Inputs['ReadSealedRecord'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onPerson({ type: 'ReadSealedRecord', input }, key, caller);
  }

  @Query('person')
  person(
    @Args() { id, ...times }: HandoffGraphql.QueryPersonArgs,
    @Context() { caller }: RequestContext,
  ): PersonParent | null {
    const view = viewOf(times, this.clock);
    const cases = casesAt(this.readModels, view);
    if (isSealed(this.readModels, id)) return this.isOpenTo(caller, id) ? { id, view } : null;
    return concerns(caller, cases, id) ? { id, view } : null;
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

  @ResolveField('confidentiality')
  confidentiality(@Parent() { id }: PersonParent): HandoffGraphql.Confidentiality {
    return isSealed(this.readModels, id) ? 'MINOR_SEALED' : 'NORMAL';
  }

  @ResolveField('mentionsSealed')
  mentionsSealed(@Parent() { id, view }: PersonParent): boolean {
    const cases = casesAt(this.readModels, view);
    const files = [cases.person(id)?.event.data, ...cases.transfersOfPerson(id)];
    return files.some((file) => file?.mentionsSealed === true);
  }

  @ResolveField('transfers')
  transfers(@Parent() { id, view }: PersonParent, @Context() { caller }: RequestContext): readonly TransferParent[] {
    return casesAt(this.readModels, view)
      .transfersOfPerson(id)
      .filter((transfer) => maySeeCase(caller, this.readModels, transfer, this.clock.now()))
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

  private isOpenTo(caller: Caller, id: string): boolean {
    return hasOpened(caller, this.readModels, id, this.clock.now());
  }

  private newest({ id, view }: PersonParent) {
    const cases = casesAt(this.readModels, view);
    return cases.transfersOfPerson(id).at(-1) ?? cases.person(id)?.event.data;
  }
}
