import type { HandoffGraphql } from '@delta-hub/contracts';
import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { PersonParent } from './answers.js';
import type { RequestContext } from './bearer.js';
import { Commands } from './commands.js';
import { mergePeriodsOf } from './merged-persons.js';
import { casesAt } from './past-cases.js';
import { ReadModels } from './read-models.js';

type Input = HandoffGraphql.PersonPairInput;

/** 并档: two ids of one person, over GraphQL. */
@Resolver('Person')
export class PersonMergeResolver {
  constructor(
    private readonly commands: Commands,
    private readonly readModels: ReadModels,
  ) {}

  @Mutation('proposeMatch')
  propose(@Args('idempotencyKey') key: string, @Args('input') input: Input, @Context() { caller }: RequestContext) {
    return this.commands.onPerson({ type: 'ProposeMatch', input }, key, caller);
  }

  @Mutation('mergePersons')
  merge(@Args('idempotencyKey') key: string, @Args('input') input: Input, @Context() { caller }: RequestContext) {
    return this.commands.onPerson({ type: 'MergePersons', input }, key, caller);
  }

  @Mutation('unmergePersons')
  unmerge(@Args('idempotencyKey') key: string, @Args('input') input: Input, @Context() { caller }: RequestContext) {
    return this.commands.onPerson({ type: 'UnmergePersons', input }, key, caller);
  }

  @ResolveField('merges')
  merges(@Parent() { id, view }: PersonParent) {
    return mergePeriodsOf(casesAt(this.readModels, view), id).map(({ until, ...period }) => ({
      ...period,
      until: until ?? null,
    }));
  }
}
