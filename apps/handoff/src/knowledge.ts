import type { EventStore } from '@delta-hub/event-store';
import { actsOf, type Instant, type PersonFact, personFile, type PersonFile } from '@delta-hub/handoff';
import type { Cases } from './cases.js';
import type { Clock } from './clock.js';
import type { Knowledge } from './command-handler.js';
import type { ReadModels } from './read-models.js';
import type { StoreSubscriber } from './subscriber.js';

/** Everything this node knows about a person, as the facts of the intake and of every transfer. */
export const personFacts = (cases: Cases, personId: string): readonly PersonFact[] => {
  const intake = cases.person(personId);
  const transfers = cases.transfersOfPerson(personId);
  return [
    ...(intake === undefined ? [] : [{ caseId: intake.stream, event: intake.event }]),
    ...transfers.flatMap(({ id, facts }) => actsOf(facts).map((event) => ({ caseId: id, event }))),
  ];
};

/** Looks up in the read models, once they have come as far as the store was when asked: a command sees every fact before it. */
export class CurrentKnowledge implements Knowledge {
  constructor(
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly projector: StoreSubscriber,
    private readonly clock: Clock,
  ) {}

  async person(personId: string): Promise<PersonFile | undefined> {
    await this.caughtUp();
    const now: Instant = this.clock.now();
    return personFile(personFacts(this.readModels, personId), now);
  }

  async streamOfCommand(idempotencyKey: string): Promise<string | undefined> {
    await this.caughtUp();
    return this.readModels.factsOfCommand(idempotencyKey)[0]?.stream;
  }

  private async caughtUp(): Promise<void> {
    const head = await this.store.head();
    if (head !== undefined) await this.projector.waitFor(head);
  }
}
