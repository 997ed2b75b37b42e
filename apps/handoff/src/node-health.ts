import type { PeerState } from './heartbeats.js';
import type { HeldRecords } from './held-records.js';
import type { Keeper } from './signed-events.js';
import type { SubscriberState } from './subscriber.js';

/** The agreement under which the provinces exchange facts, by name; its text is not public. */
const AGREEMENT = '长三角社区矫正信息化协同协议书';

/** What this node says of itself. */
export class NodeHealth {
  constructor(
    private readonly keeper: Pick<Keeper, 'node' | 'clock'>,
    private readonly parts: readonly { state(): Promise<SubscriberState> }[],
    private readonly held: HeldRecords,
    private readonly line: () => readonly PeerState[],
  ) {}

  identity() {
    return { id: this.keeper.node, now: this.keeper.clock.now(), agreement: AGREEMENT };
  }

  /** Records of peers that wait for what they rest on. */
  heldRecords(): number {
    return this.held.count();
  }

  /** The other nodes as this one hears them. */
  peers(): readonly PeerState[] {
    return this.line();
  }

  subscribers(): Promise<readonly SubscriberState[]> {
    return Promise.all(this.parts.map((part) => part.state()));
  }
}
