import { parseInstant } from '@delta-hub/handoff';
import { Args, Context, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { intervalAnswer, intervalAtInstant, intervalsOfPerson, type PersonParent } from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import { Commands } from './commands.js';
import { ReadModels } from './read-models.js';
import type { Inputs } from './requests.js';
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
  person(@Args('id') id: string, @Context() { caller }: RequestContext): PersonParent | null {
    const isParty = this.readModels.transfersOfPerson(id).some((transfer) => maySee(caller, transfer));
    const isHolder = intervalsOfPerson(this.readModels, id).some(({ agency }) => maySeePersonOf(caller, agency));
    return isParty || isHolder ? { id } : null;
  }

  @ResolveReference()
  resolveReference({ id }: PersonParent, { caller }: RequestContext): PersonParent | null {
    return this.person(id, { caller });
  }

  @ResolveField('category')
  category(@Parent() { id }: PersonParent) {
    return this.newest(id)?.category ?? null;
  }

  @ResolveField('correctionEnd')
  correctionEnd(@Parent() { id }: PersonParent) {
    return this.newest(id)?.correctionEnd ?? null;
  }

  @ResolveField('transfers')
  transfers(@Parent() { id }: PersonParent, @Context() { caller }: RequestContext) {
    return this.readModels.transfersOfPerson(id).filter((transfer) => maySee(caller, transfer));
  }

  @ResolveField('answerable')
  answerable(@Parent() { id }: PersonParent, @Args('at') at: string | null | undefined) {
    const instant = at == null ? this.clock.now() : parseInstant(at);
    if (instant === undefined)
      throw new GraphQLError('at is not an instant (RFC 3339).', { extensions: { code: 'BAD_USER_INPUT' } });
    const interval = intervalAtInstant(intervalsOfPerson(this.readModels, id), instant);
    return interval === undefined ? null : intervalAnswer(interval);
  }

  @ResolveField('answerability')
  answerability(@Parent() { id }: PersonParent) {
    return intervalsOfPerson(this.readModels, id).map(intervalAnswer);
  }

  private newest(id: string) {
    return this.readModels.transfersOfPerson(id).at(-1) ?? this.readModels.person(id)?.event.data;
  }
}
