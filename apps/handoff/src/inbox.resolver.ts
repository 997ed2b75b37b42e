import type { HandoffGraphql } from '@delta-hub/contracts';
import { keyOf, mayHandleSealed, type StateKey } from '@delta-hub/handoff';
import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { agencyAnswer, correctionAnswer, factAnswer } from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import { Commands } from './commands.js';
import { type CopyParent, isNoted } from './copy-answers.js';
import { readInbox } from './inbox.js';
import { page } from './paging.js';
import { casesAt } from './past-cases.js';
import { ReadModels } from './read-models.js';
import type { Inputs } from './requests.js';
import { factByKey } from './traced-facts.js';
import { standpointOf, viewOf } from './view.js';
import { inboxOf } from './visibility.js';

/** 抄送 over GraphQL: what a recipient is sent, and the note it takes of it. It sees its copies and no case. */
@Resolver('Copy')
export class InboxResolver {
  constructor(
    private readonly commands: Commands,
    private readonly readModels: ReadModels,
    private readonly clock: NodeClock,
  ) {}

  @Query('inbox')
  inbox(@Args() args: HandoffGraphql.QueryInboxArgs, @Context() { caller }: RequestContext) {
    const recipient = inboxOf(caller);
    if (recipient === undefined)
      throw new GraphQLError('An inbox is for the recipient of copies.', { extensions: { code: 'FORBIDDEN' } });
    const view = viewOf(args, this.clock);
    return page(args, (before, limit) =>
      readInbox(this.readModels, view, {
        ...{ recipient, isOpen: args.open === true, before, limit },
        withSealed: mayHandleSealed(caller),
      }),
    );
  }

  @Mutation('acknowledgeCopy')
  acknowledge(
    @Args('idempotencyKey') key: string,
    @Args('input') input: Inputs['AcknowledgeCopy'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onCopy({ type: 'AcknowledgeCopy', input }, key, caller);
  }

  @Mutation('acknowledgeCopyCorrection')
  acknowledgeCorrection(
    @Args('idempotencyKey') key: string,
    @Args('input') input: Inputs['AcknowledgeCopyCorrection'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onCopy({ type: 'AcknowledgeCopyCorrection', input }, key, caller);
  }

  @ResolveField('transferId')
  transferId(@Parent() { transferId }: CopyParent) {
    return transferId;
  }

  @ResolveField('of')
  of(@Parent() { copy }: CopyParent) {
    return copy.sent.data.of;
  }

  @ResolveField('office')
  office(@Parent() { copy }: CopyParent) {
    return copy.sent.data.office.replaceAll('-', '_');
  }

  @ResolveField('recipient')
  recipient(@Parent() { copy }: CopyParent) {
    const { recipient } = copy.sent.data;
    return recipient === undefined ? null : agencyAnswer(recipient);
  }

  @ResolveField('servedOutside')
  servedOutside(@Parent() { copy }: CopyParent) {
    return copy.sent.data.outside ?? null;
  }

  @ResolveField('sender')
  sender(@Parent() { copy }: CopyParent) {
    return agencyAnswer(copy.sent.actor.agencyId);
  }

  @ResolveField('sentAt')
  sentAt(@Parent() { copy }: CopyParent) {
    return copy.sent.occurredAt;
  }

  @ResolveField('documents')
  documents(@Parent() { copy }: CopyParent) {
    return copy.sent.data.documents;
  }

  @ResolveField('acknowledgedAt')
  acknowledgedAt(@Parent() { copy }: CopyParent) {
    return copy.acknowledged?.occurredAt ?? null;
  }

  @ResolveField('isOverdue')
  isOverdue(@Parent() { copy, due, view }: CopyParent): boolean {
    return !isNoted(copy) && due <= standpointOf(view, this.clock);
  }

  @ResolveField('correction')
  correction(@Parent() { copy }: CopyParent) {
    return copy.correction === undefined ? null : correctionAnswer(copy.correction);
  }

  @ResolveField('fact')
  fact(@Parent() { copy, ...of }: CopyParent) {
    return this.factOf(of, keyOf(copy.sent));
  }

  @ResolveField('noted')
  noted(@Parent() { copy, ...of }: CopyParent) {
    return copy.acknowledged === undefined ? null : this.factOf(of, keyOf(copy.acknowledged));
  }

  private factOf({ transferId, view }: Pick<CopyParent, 'transferId' | 'view'>, key: StateKey) {
    const row = factByKey(casesAt(this.readModels, view), transferId, key);
    return row === undefined ? null : factAnswer(row, view);
  }
}
