import { agencyById } from '@delta-hub/contracts';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { PersonParent, TransferParent } from './answers.js';
import { intervalsOfPerson } from './intervals.js';
import type { PeerState } from './heartbeats.js';
import { NodeHealth } from './node-health.js';
import { casesAt } from './past-cases.js';
import { type FactRow, ReadModels } from './read-models.js';

/** The mark on every answer that shows facts of a node which has not been heard for too long. */
const staleAmong = (nodes: readonly string[], health: NodeHealth): readonly PeerState[] =>
  health.peers().filter(({ id, isStale }) => isStale && nodes.includes(id));

@Resolver('Transfer')
export class StaleTransferResolver {
  constructor(private readonly health: NodeHealth) {}

  @ResolveField('stale')
  stale(@Parent() { origin, receiving }: TransferParent) {
    return staleAmong(
      [origin, receiving].map((agency) => agencyById(agency)?.node ?? ''),
      this.health,
    );
  }
}

@Resolver('Person')
export class StalePersonResolver {
  constructor(
    private readonly health: NodeHealth,
    private readonly readModels: ReadModels,
  ) {}

  /** Every node of an agency that answered for the person, or is to: it may hold facts that are not here. */
  @ResolveField('stale')
  stale(@Parent() { id, view }: PersonParent) {
    const cases = casesAt(this.readModels, view);
    const parties = cases.transfersOfPerson(id).flatMap(({ origin, receiving }) => [origin, receiving]);
    const holders = intervalsOfPerson(cases, id).map(({ agency }) => agency);
    const nodes = [...parties, ...holders].map((agency) => agencyById(agency)?.node ?? '');
    return staleAmong(nodes, this.health);
  }
}

@Resolver('Fact')
export class StaleFactResolver {
  constructor(private readonly health: NodeHealth) {}

  @ResolveField('stale')
  stale(@Parent() { node }: Pick<FactRow, 'node'>) {
    return staleAmong([node], this.health)[0] ?? null;
  }
}
