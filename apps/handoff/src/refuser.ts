import type { IncomingRecord } from '@delta-hub/broker';
import { digest } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { v5 as uuidv5 } from 'uuid';
import type { Refused } from './inbound.checks.js';
import { type Keeper, sign } from './signed-events.js';

const EVIDENCE_LIMIT = 32_768;
const PRINTABLE = /^[\x20-\x7e]{1,1024}$/;
const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** So many refused records are known by their places; with more the store is asked for every record. */
const MOST_PLACES = 100_000;
const REFUSAL_NAMESPACE = '0b5c1f0e-6a0a-5c1f-8a57-2c9b6a4d1e10';

/**
 * Keeps what failed a check: a signed fact with the check, the reason and the bytes themselves up to 32 KiB.
 * One stream per refused record, so a record that is delivered again is refused once.
 * A refusal goes back to the sender only when the signature proved who that is, and never answers a refusal.
 */
export class Refuser {
  /** Where the records lie that were refused, in this process or, once `areAllKnown`, ever. */
  private readonly places = new Set<string>();
  private areAllKnown: boolean | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly keeper: Keeper,
    /** Where the records lie that were refused before this process; undefined while that cannot be told. */
    private readonly refusedBefore: () => readonly RefusedPlace[] | undefined = () => undefined,
  ) {}

  /** Asks the store only where something was refused at this place, if perhaps of another log. */
  async hasRefused(record: IncomingRecord): Promise<boolean> {
    if (this.knowsPlaces() && !this.places.has(placeOf(record))) return false;
    return (await this.store.read(streamOf(keyOf(record, this.keeper.node)))).length > 0;
  }

  async refuse(record: IncomingRecord, verdict: Refused): Promise<void> {
    const { node, signer, clock, newId } = this.keeper;
    const key = keyOf(record, node);
    const stream = streamOf(key);
    const now = clock.now();
    this.places.add(placeOf(record));
    const answered = verdict.sender !== undefined && !verdict.sender.type.includes('.refusal.');
    const refusal = sign(
      {
        type: 'refusal.issued',
        occurredAt: now,
        actor: { officerId: 'system', role: 'system', agencyId: `prov-${node}0000` },
        data: dataOf(record, verdict),
      },
      {
        id: newId(),
        node,
        stream,
        signedAt: now,
        recipients: answered && verdict.sender ? [node, verdict.sender.node] : [node],
        rule: 'hub-inbound@1',
        causationId: undefined,
        commandId: key,
        commandHash: digest(record.value),
      },
      signer,
    );
    // A conflict means that this record has been refused before.
    await this.store.append(stream, 'no-stream', [refusal]);
  }

  private knowsPlaces(): boolean {
    if (this.areAllKnown === undefined) {
      const before = this.refusedBefore();
      if (before === undefined) return false;
      for (const place of before) this.places.add(placeOf(place));
      this.areAllKnown = true;
    }
    if (this.places.size > MOST_PLACES) {
      this.areAllKnown = false;
      this.places.clear();
    }
    return this.areAllKnown;
  }
}

/** Where a refused record lies, as its refusal tells it. */
export interface RefusedPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string | bigint;
}

const placeOf = ({ topic, partition, offset }: RefusedPlace): string => `${topic}|${partition}|${offset}`;

/** Names the record and who refuses it, so that each refusal has one stream however often the record is delivered. */
const keyOf = ({ topic, logId, partition, offset, value }: IncomingRecord, node: string): string =>
  uuidv5(`${node}|${topic}|${logId}|${partition}|${offset}|${digest(value)}`, REFUSAL_NAMESPACE);

const streamOf = (key: string): string => `refusal-${key}`;

/** What the refusal says. Nothing in the refused record may make the refusal itself unsound: its parts are cut and checked. */
const dataOf = ({ topic, partition, offset, value, headers }: IncomingRecord, verdict: Refused): object => {
  const { check, detail, sender } = verdict;
  const jws = headers['jws'] ?? '';
  return {
    check,
    // Cut between characters: half a surrogate pair cannot be signed.
    detail: [...detail].slice(0, 500).join(''),
    topic,
    partition,
    offset: offset.toString(),
    refusedDigest: digest(value),
    refusedSize: value.byteLength,
    ...(value.byteLength <= EVIDENCE_LIMIT ? { refusedEvidence: Buffer.from(value).toString('base64url') } : {}),
    ...(PRINTABLE.test(jws) ? { refusedJws: jws } : {}),
    ...(sender === undefined ? {} : { refusedSource: `urn:delta-hub:node:${sender.node}` }),
    ...(sender !== undefined && EVENT_ID.test(sender.id) ? { refusedId: sender.id } : {}),
    transient: false,
  };
};
