import { agencyById, type HandoffGraphql } from '@delta-hub/contracts';
import { Args, Context, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { factAnswer } from './answers.js';
import type { RequestContext } from './bearer.js';
import { NodeHealth } from './node-health.js';
import { type Page, page } from './paging.js';
import { ReadModels, type RefusalRow } from './read-models.js';
import { maySeeQuarantine } from './visibility.js';

/** The node itself: its directory, its subscribers, what it refused. */
@Resolver('RefusedRecord')
export class NodeResolver {
  constructor(
    private readonly health: NodeHealth,
    private readonly readModels: ReadModels,
  ) {}

  @Query('node')
  async node() {
    return {
      ...this.health.identity(),
      held: this.health.heldRecords(),
      peers: this.health.peers(),
      outages: this.readModels.outages(),
      subscribers: await this.health.subscribers(),
    };
  }

  @Query('agency')
  agency(@Args('id') id: string) {
    return agencyById(id) ?? null;
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
    return page(args, (before, limit) =>
      this.readModels.refusals(before, limit).map((row) => ({ cursor: row.position, node: { ...row, ...row.record } })),
    );
  }

  @ResolveField('fact')
  fact(@Parent() { id }: RefusalRow) {
    const row = this.readModels.fact(id);
    return row === undefined ? null : factAnswer(row);
  }
}

/** The agencies that facts and cases name. */
@Resolver('Agency')
export class AgencyResolver {
  @ResolveReference()
  resolveReference({ id }: { readonly id: string }) {
    return agencyById(id) ?? null;
  }
}
