import type { IncomingRecord } from '@delta-hub/broker';
import {
  AFTER_ALL,
  type EventCheck,
  evolveKeys,
  isKeyEventType,
  type KeyHistory,
  openDetached,
  ruleAt,
  trustedHistory,
  type TrustList,
} from '@delta-hub/crypto';

/** What becomes of one record of a topic. `sealed`: encrypted to nodes, and for nobody else. */
export type Judged =
  | { readonly verdict: 'verified'; readonly event: string }
  | { readonly verdict: 'sealed' }
  | {
      readonly verdict: 'refused';
      readonly check: EventCheck | 'WRITER';
      readonly detail: string;
      /** Set when the key may be introduced by an event that has not come yet. */
      readonly unknownKid?: string;
    };

/** A reader who is no node: the key history that nobody's log orders. */
const NOBODY = '';
/** What every key event has in its text, so that nothing else need be verified to find them. */
const KEY_EVENT = '"type":"cn.delta-hub.key.';
const NODE_OF_TOPIC = /^delta-hub\.(\d\d)\.events\.v1$/;

/** Verifies records as they come, with the keys of a trust list and those that key events introduce after them. */
export class RecordReader {
  #keys: KeyHistory;
  /** Key events in the order in which they were learnt. */
  #learnt = 0;
  readonly #known = new Set<string>();

  constructor(trust: TrustList) {
    this.#keys = trustedHistory(trust, NOBODY);
  }

  /** Takes a key event for what it says of keys; anything else changes nothing. */
  learn(record: IncomingRecord): void {
    if (!Buffer.from(record.value).includes(KEY_EVENT)) return;
    const opened = this.#open(record);
    if (!opened.ok || !isKeyEventType(opened.event.type) || this.#known.has(opened.event.id)) return;
    this.#known.add(opened.event.id);
    this.#keys = evolveKeys(this.#keys, opened, this.#learnt++).history;
  }

  judge(record: IncomingRecord): Judged {
    if (record.headers['content-type'] === 'application/jose+json') return { verdict: 'sealed' };
    this.learn(record);
    const opened = this.#open(record);
    if (!opened.ok) {
      const { check, detail, unknownKid } = opened;
      return { verdict: 'refused', check, detail, ...(unknownKid === undefined ? {} : { unknownKid }) };
    }
    const [, writer] = NODE_OF_TOPIC.exec(record.topic) ?? [];
    if (writer !== undefined && writer !== opened.node)
      return {
        verdict: 'refused',
        check: 'WRITER',
        detail: `signed by node ${opened.node}, on the topic of node ${writer}`,
      };
    return { verdict: 'verified', event: opened.payload };
  }

  #open({ value, headers }: IncomingRecord) {
    return openDetached(value, headers['jws'], ruleAt(this.#keys, AFTER_ALL));
  }
}
