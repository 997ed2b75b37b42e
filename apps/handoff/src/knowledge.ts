import type { EventStore } from '@delta-hub/event-store';
import {
  type AgencyId,
  AT_ONCE,
  type Instant,
  intervalsOf,
  type KnownPair,
  type KnownPerson,
  type MergeToTell,
  type Outage,
  type PersonFile,
  personFileOf,
  type Transmission,
} from '@delta-hub/handoff';
import type { Clock } from './clock.js';
import type { Knowledge } from './command-handler.js';
import { historyOf } from './intervals.js';
import { isTaken, lastingMerge, mergedWith } from './merged-persons.js';
import type { ReadModels } from './read-models.js';
import type { Commander, Request } from './requests.js';
import { concerns, isSealed } from './sealed-records.js';
import type { StoreSubscriber } from './subscriber.js';

/** How the facts of a transfer came to this node, and when the line between its parties' nodes was cut. */
export const transmissionOf = (readModels: ReadModels, transferId: string): Transmission => {
  const transfer = readModels.transfer(transferId);
  if (transfer === undefined) return AT_ONCE;
  const { originNode, receivingNode } = transfer;
  // Few limits ask.
  return {
    get arrivals() {
      return readModels.arrivals(transferId);
    },
    get outages() {
      return readModels.outagesBetween(originNode, receivingNode);
    },
  };
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
    const own = this.byItself(personId);
    const other = mergedWith(this.readModels, personId);
    const merged = other === undefined ? undefined : this.byItself(other);
    if (own === undefined || merged === undefined) return own;
    // One person: the newest hand-over of either id counts, and a transfer of either is under way for both.
    const { agency, since } = own.since < merged.since ? merged : own;
    const openTransferId = own.openTransferId ?? merged.openTransferId;
    return { ...own, agency, since, ...(openTransferId === undefined ? {} : { openTransferId }) };
  }

  async pair(personId: string, duplicateId: string, at: Instant): Promise<KnownPair> {
    await this.caughtUp();
    const [person, duplicate] = [personId, duplicateId].map((id) => this.known(id));
    return { person, duplicate, isTaken: isTaken(this.readModels, { personId, duplicateId }, at) };
  }

  async partnersOf(personId: string, duplicateId: string, author: AgencyId): Promise<readonly string[]> {
    await this.caughtUp();
    const histories = [personId, duplicateId].map((id) => this.readModels.transfersOfPerson(id));
    const nodes = histories.flat().flatMap(({ originNode, receivingNode }) => [originNode, receivingNode]);
    // By the cases it has of each of the two: it may have one of neither, or know nothing of how the person came to the author.
    const canJudge = (node: string): boolean =>
      histories.every((transfers) => {
        const there = transfers.filter(({ originNode, receivingNode }) => [originNode, receivingNode].includes(node));
        return there.length === 0 || there.some(({ origin, receiving }) => [origin, receiving].includes(author));
      });
    // Whoever was told of a merge is told of its end.
    const told = this.merge(personId)?.recipients ?? [];
    return [...told, ...nodes.filter(canJudge)];
  }

  personsAtStake(request: Request): readonly string[] | undefined {
    if ('duplicateId' in request.input) return [request.input.personId, request.input.duplicateId];
    if (request.type === 'ApplyTransfer') return this.idsOf(request.input.personId);
    if (request.type !== 'CorrectFact' || request.input.fact !== 'transfer.person-reported') return undefined;
    const transfer = this.readModels.transfer(request.input.transferId);
    return transfer === undefined ? [] : this.idsOf(transfer.personId);
  }

  /** The id itself and the one that it is merged with now. */
  private idsOf(personId: string): readonly string[] {
    const other = mergedWith(this.readModels, personId);
    return other === undefined ? [personId] : [personId, other];
  }

  merge(personId: string): MergeToTell | undefined {
    return lastingMerge(this.readModels, personId);
  }

  async hasMovedOn(transferId: string): Promise<boolean> {
    await this.caughtUp();
    const transfer = this.readModels.transfer(transferId);
    const since = transfer?.facts['transfer.person-reported']?.occurredAt;
    if (transfer === undefined || since === undefined) return false;
    return this.idsOf(transfer.personId)
      .flatMap((id) => this.readModels.transfersOfPerson(id))
      .some(({ id, origin, facts }) => {
        const isLater = (facts['transfer.applied']?.data.answerableSince ?? '') >= since;
        return id !== transferId && origin === transfer.receiving && isLater;
      });
  }

  async isReadable(personId: string, commander: Commander): Promise<boolean> {
    await this.caughtUp();
    if (!isSealed(this.readModels, personId) || commander.role === 'system') return false;
    // Which judicial organ asks is no matter of the case: its letter is.
    if (commander.role === 'recipient') return true;
    return concerns(commander, this.readModels, personId);
  }

  private known(personId: string): KnownPerson | undefined {
    const file = this.byItself(personId);
    return file && { ...file, earlier: intervalsOf(historyOf(this.readModels, personId)).map(({ agency }) => agency) };
  }

  private byItself(personId: string): PersonFile | undefined {
    const now: Instant = this.clock.now();
    return personFileOf(historyOf(this.readModels, personId), now);
  }

  async transmission(transferId: string): Promise<Transmission> {
    await this.caughtUp();
    return transmissionOf(this.readModels, transferId);
  }

  async outage(id: string): Promise<Outage | undefined> {
    await this.caughtUp();
    return this.readModels.outage(id);
  }

  async streamOfCommand(idempotencyKey: string): Promise<string | undefined> {
    await this.caughtUp();
    return this.readModels.streamOfCommand(idempotencyKey);
  }

  async caughtUp(): Promise<void> {
    const head = await this.store.head();
    if (head !== undefined) await this.projector.waitFor(head);
  }
}
