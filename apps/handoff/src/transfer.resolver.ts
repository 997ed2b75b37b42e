import type { HandoffGraphql } from '@delta-hub/contracts';
import { Args, Context, Mutation, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { correctionsOf } from '@delta-hub/handoff';
import {
  agencyAnswer,
  correctionAnswer,
  deadlineAnswer,
  factAnswer,
  type PersonParent,
  type TransferParent,
} from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import { Commands } from './commands.js';
import { type CopyParent, copyParents } from './copy-answers.js';
import { page } from './paging.js';
import { casesAt } from './past-cases.js';
import { ReadModels } from './read-models.js';
import type { Inputs } from './requests.js';
import { maySeeCase } from './sealed-records.js';
import { viewOf } from './view.js';
import { agenciesReadBy } from './visibility.js';

type Key = string;

/** 执行地变更 over GraphQL: one mutation per command, each the same way in. */
@Resolver('Transfer')
export class TransferResolver {
  constructor(
    private readonly commands: Commands,
    private readonly readModels: ReadModels,
    private readonly clock: NodeClock,
  ) {}

  @Mutation('applyTransfer')
  apply(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['ApplyTransfer'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'ApplyTransfer', input }, key, caller);
  }

  @Mutation('giveOpinion')
  giveOpinion(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['GiveOpinion'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'GiveOpinion', input }, key, caller);
  }

  @Mutation('sendConsultation')
  consult(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['SendConsultation'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'SendConsultation', input }, key, caller);
  }

  @Mutation('replyConsultation')
  reply(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['ReplyConsultation'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'ReplyConsultation', input }, key, caller);
  }

  @Mutation('raiseDispute')
  raiseDispute(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['RaiseDispute'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'RaiseDispute', input }, key, caller);
  }

  @Mutation('resolveDispute')
  resolveDispute(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['ResolveDispute'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'ResolveDispute', input }, key, caller);
  }

  @Mutation('decideTransfer')
  decide(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['DecideTransfer'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'DecideTransfer', input }, key, caller);
  }

  @Mutation('serveDecision')
  serve(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['ServeDecision'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'ServeDecision', input }, key, caller);
  }

  @Mutation('sendFile')
  sendFile(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['SendFile'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'SendFile', input }, key, caller);
  }

  @Mutation('registerFileReceived')
  fileReceived(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['RegisterFileReceived'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'RegisterFileReceived', input }, key, caller);
  }

  @Mutation('issueReceipt')
  issueReceipt(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['IssueReceipt'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'IssueReceipt', input }, key, caller);
  }

  @Mutation('registerPersonReported')
  reported(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['RegisterPersonReported'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'RegisterPersonReported', input }, key, caller);
  }

  @Mutation('registerCustodyFile')
  custodyFile(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['RegisterCustodyFile'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'RegisterCustodyFile', input }, key, caller);
  }

  @Mutation('startSearch')
  search(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['StartSearch'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'StartSearch', input }, key, caller);
  }

  @Mutation('notifyPolice')
  tellPolice(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['NotifyPolice'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'NotifyPolice', input }, key, caller);
  }

  @Mutation('closeSearch')
  endSearch(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['CloseSearch'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'CloseSearch', input }, key, caller);
  }

  @Mutation('proposeSanction')
  propose(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['ProposeSanction'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'ProposeSanction', input }, key, caller);
  }

  @Mutation('decideSanction')
  sanction(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['DecideSanction'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'DecideSanction', input }, key, caller);
  }

  @Mutation('declareRecusal')
  recuse(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['DeclareRecusal'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'DeclareRecusal', input }, key, caller);
  }

  @Mutation('correctFact')
  correct(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['CorrectFact'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'CorrectFact', input }, key, caller);
  }

  @Mutation('acknowledgeCorrection')
  acknowledgeCorrection(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['AcknowledgeCorrection'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'AcknowledgeCorrection', input }, key, caller);
  }

  @Mutation('sendCopy')
  sendCopy(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['SendCopy'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'SendCopy', input }, key, caller);
  }

  @Mutation('withdrawTransfer')
  withdraw(
    @Args('idempotencyKey') key: Key,
    @Args('input') input: Inputs['WithdrawTransfer'],
    @Context() { caller }: RequestContext,
  ) {
    return this.commands.onTransfer({ type: 'WithdrawTransfer', input }, key, caller);
  }

  @Query('transfer')
  transfer(
    @Args() { id, ...times }: HandoffGraphql.QueryTransferArgs,
    @Context() { caller }: RequestContext,
  ): TransferParent | null {
    const view = viewOf(times, this.clock);
    const summary = casesAt(this.readModels, view).transfer(id);
    const isShown = summary !== undefined && maySeeCase(caller, this.readModels, summary, this.clock.now());
    return isShown ? { ...summary, view } : null;
  }

  @Query('transfers')
  transfers(@Args() args: HandoffGraphql.QueryTransfersArgs, @Context() { caller }: RequestContext) {
    const view = viewOf(args, this.clock);
    return page(args, (before, limit) =>
      casesAt(this.readModels, view)
        .transfers({ agencies: agenciesReadBy(caller), status: args.status ?? undefined, before, limit })
        .map(({ touched, summary }) => ({ cursor: touched, node: { ...summary, view } })),
    );
  }

  @ResolveReference()
  resolveReference({ id }: { readonly id: string }, { caller }: RequestContext): TransferParent | null {
    return this.transfer({ id }, { caller });
  }

  @ResolveField('person')
  person(@Parent() { personId, view }: TransferParent): PersonParent {
    return { id: personId, view };
  }

  @ResolveField('origin')
  origin(@Parent() { origin }: TransferParent) {
    return agencyAnswer(origin);
  }

  @ResolveField('receiving')
  receiving(@Parent() { receiving }: TransferParent) {
    return agencyAnswer(receiving);
  }

  @ResolveField('deadlines')
  deadlines(@Parent() transfer: TransferParent) {
    return transfer.dues.map((due) => deadlineAnswer(due, transfer, (id) => this.readModels.outage(id)));
  }

  @ResolveField('corrections')
  corrections(@Parent() { facts }: TransferParent) {
    return correctionsOf(facts).map(correctionAnswer);
  }

  @ResolveField('copies')
  copies(@Parent() summary: TransferParent): readonly CopyParent[] {
    return copyParents(summary);
  }

  @ResolveField('facts')
  facts(@Parent() { id, view }: TransferParent) {
    return casesAt(this.readModels, view)
      .factsOfStream(id)
      .map((row) => factAnswer(row, view));
  }
}
