import { agencyById, eventName, type HubEvent } from '@delta-hub/contracts';
import type { RecordedEvent } from '@delta-hub/event-store';
import { dueActs, hubRules, type Instant, type Party, STALE_AFTER_MINUTES } from '@delta-hub/handoff';
import { faultText } from './fault-text.js';
import { transmissionOf } from './knowledge.js';
import { type Positions, saveStorePosition, storePosition } from './positions.js';
import type { ReadModels } from './read-models.js';
import { Handle, type Outcome } from './requests.js';
import { type Keeper, readEvent } from './signed-events.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber, type SubscriberState } from './subscriber.js';

const NAME = 'deadlines';
/** Cases that are looked at before the clock is asked again. */
const AT_ONCE = 256;
/** A limit that passed so shortly after an outage may be excused by it too. */
const EDGE_MS = STALE_AFTER_MINUTES * 60_000;

interface Deps {
  readonly keeper: Keeper;
  readonly feed: StoreFeed;
  readonly positions: Positions;
  readonly readModels: ReadModels;
  readonly projector: StoreSubscriber;
  readonly execute: (handle: Handle) => Promise<Outcome>;
}

/**
 * Says what time it is to the cases whose limits run: with every tick to those that wait for it, and to a case with every
 * new fact of it, because a late fact may show that a verdict was not so. What follows from it the core decides, and
 * deciding twice gives nothing new.
 */
export class DeadlineWorker {
  private readonly facts: StoreSubscriber;
  private looking: Promise<void> = Promise.resolve();
  private waiting = 0;
  private fault: string | undefined;

  constructor(private readonly deps: Deps) {
    this.facts = new StoreSubscriber({
      name: NAME,
      feed: deps.feed,
      load: () => storePosition(deps.positions, NAME),
      handle: async (events) => {
        await deps.projector.waitFor(events.at(-1)!.position);
        const cases = new Set(events.flatMap((recorded) => this.concerned(recorded)));
        for (const stream of cases) await this.judge(stream, deps.keeper.clock.now());
        saveStorePosition(deps.positions, NAME, events);
      },
    });
  }

  start(): void {
    this.facts.start();
    this.tick();
  }

  /** It may be later now. */
  tick(): void {
    this.waiting += 1;
    this.looking = this.looking
      .then(() => this.look(this.deps.keeper.clock.now()))
      .then(
        () => (this.fault = undefined),
        (error: unknown) => (this.fault = faultText(error)),
      )
      .then(() => void (this.waiting -= 1));
  }

  async stop(): Promise<void> {
    await this.looking;
    await this.facts.stop();
  }

  async state(): Promise<SubscriberState> {
    const state = await this.facts.state();
    return { ...state, behind: state.behind + this.waiting, fault: state.fault ?? this.fault };
  }

  /** A case that has been looked at waits for a later instant, so this ends. */
  private async look(now: Instant): Promise<void> {
    const seen = new Set<string>();
    for (;;) {
      const cases = this.deps.readModels.cases.toLookAt(now, AT_ONCE + seen.size).filter((id) => !seen.has(id));
      if (cases.length === 0) return;
      for (const id of cases) {
        seen.add(id);
        await this.judge(id, now);
      }
    }
  }

  /** The cases that a fact may show in another light: its own; for an outage those in which a limit passed meanwhile. */
  private concerned(recorded: RecordedEvent): readonly string[] {
    const name = eventName(recorded.type);
    if (name?.startsWith('transfer.') === true) return [recorded.stream];
    if (name !== 'outage.declared') return [];
    const { from, until } = (readEvent(recorded) as HubEvent<'outage.declared'>).data;
    return this.deps.readModels.breachedBetween(from, new Date(Date.parse(until) + EDGE_MS).toISOString());
  }

  /** Once for each party at this node of which something is due. */
  private async judge(transferId: string, now: Instant): Promise<void> {
    const { readModels, keeper, projector, execute } = this.deps;
    const summary = readModels.transfer(transferId);
    if (summary === undefined) return;
    const transmission = transmissionOf(readModels, transferId);
    for (const party of ['origin', 'receiving'] as const satisfies readonly Party[]) {
      const agencyId = summary[party];
      const isOurs = agencyById(agencyId)?.node === keeper.node;
      if (!isOurs || dueActs(summary.facts, now, hubRules, party, transmission).length === 0) continue;
      const commander = { officerId: `node-${keeper.node}`, role: 'system' as const, agencyId, node: keeper.node };
      const request = { type: 'JudgeDeadlines' as const, input: { transferId } };
      const outcome = await execute(new Handle(request, keeper.newId(), commander));
      if ('accepted' in outcome && outcome.accepted.factIds.length > 0)
        await projector.waitFor(outcome.accepted.position);
    }
  }
}
