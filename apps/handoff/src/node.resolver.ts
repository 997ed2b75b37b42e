import { agencyById, type AgencyEntry, divisionByCode, type HandoffGraphql } from '@delta-hub/contracts';
import { digest } from '@delta-hub/crypto';
import { dayOf, hubRules, rulesText } from '@delta-hub/handoff';
import { Args, Context, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { factAnswer } from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeClock } from './clock.js';
import { NodeHealth } from './node-health.js';
import { type Page, page } from './paging.js';
import { ReadModels, type RefusalRow } from './read-models.js';
import { type View, type ViewArgs, viewOf } from './view.js';
import { maySeeQuarantine } from './visibility.js';

/** The node itself: its directory, its subscribers, what it refused. */
@Resolver('RefusedRecord')
export class NodeResolver {
  constructor(
    private readonly health: NodeHealth,
    private readonly readModels: ReadModels,
    private readonly clock: NodeClock,
  ) {}

  @Query('node')
  async node(@Args() times: ViewArgs) {
    const view = viewOf(times, this.clock);
    return {
      ...this.health.identity(),
      rulesDigest: digest(Buffer.from(rulesText(hubRules))),
      held: this.health.heldRecords(),
      peers: this.health.peers(),
      outages: this.readModels.outages(view),
      subscribers: await this.health.subscribers(),
    };
  }

  @Query('agency')
  agency(@Args() { id, ...times }: HandoffGraphql.QueryAgencyArgs) {
    const view = viewOf(times, this.clock);
    const agency = agencyById(id);
    return agency !== undefined && isInUse(agency, view) ? agency : null;
  }

  @Query('quarantine')
  quarantine(
    @Args() args: HandoffGraphql.QueryQuarantineArgs,
    @Context() { caller }: RequestContext,
  ): Page<RefusalRow & RefusalRow['record']> {
    if (!maySeeQuarantine(caller))
      throw new GraphQLError('Only operators and inspectors see what the node refused.', {
        extensions: { code: 'FORBIDDEN' },
      });
    const view = viewOf(args, this.clock);
    return page(args, (before, limit) =>
      this.readModels
        .refusals(before, limit, view)
        .map((row) => ({ cursor: row.position, node: { ...row, ...row.record } })),
    );
  }

  @ResolveField('fact')
  fact(@Parent() { id }: RefusalRow) {
    const row = this.readModels.fact(id);
    return row === undefined ? null : factAnswer(row);
  }
}

/** The directory comes with the program and is the same whenever it is asked; only a division's code has its days. */
const isInUse = ({ divisionCode }: AgencyEntry, view: View | undefined): boolean =>
  view?.validAt === undefined ||
  divisionCode === null ||
  divisionByCode(divisionCode, dayOf(view.validAt)) !== undefined;

/** The agencies that facts and cases name. */
@Resolver('Agency')
export class AgencyResolver {
  @ResolveReference()
  resolveReference({ id }: { readonly id: string }) {
    return agencyById(id) ?? null;
  }
}
