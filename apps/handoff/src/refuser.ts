import type { IncomingRecord } from '@delta-hub/broker';
import type { Signer } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { v5 as uuidv5 } from 'uuid';
import type { Clock } from './clock.js';
import type { Verdict } from './inbound.checks.js';
import { sign } from './signed-events.js';

const EVIDENCE_LIMIT = 32_768;
const REFUSAL_NAMESPACE = '0b5c1f0e-6a0a-5c1f-8a57-2c9b6a4d1e10';

/**
 * Keeps what failed a check: a signed fact with the check, the reason and the bytes themselves up to 32 KiB.
 * One stream per refused record, so a record that is delivered again is refused once.
 * A refusal goes back to the sender only when the signature proved who that is, and never answers a refusal.
 */
export class Refuser {
  constructor(
    private readonly node: string,
    private readonly store: EventStore,
    private readonly signer: Signer,
    private readonly clock: Clock,
  ) {}

  async refuse(
    record: IncomingRecord,
    verdict: Extract<Verdict, { verdict: 'refuse' }>,
    refusedDigest: string,
  ): Promise<void> {
    const key = uuidv5(
      `${record.topic}|${record.logId}|${record.partition}|${record.offset}|${refusedDigest}`,
      REFUSAL_NAMESPACE,
    );
    const stream = `refusal-${key}`;
    const now = this.clock.now();
    const answered = verdict.sender !== undefined && !verdict.sender.type.includes('.refusal.');
    const refusal = sign(
      {
        type: 'refusal.issued',
        occurredAt: now,
        actor: { officerId: 'system', role: 'system', agencyId: `prov-${this.node}0000` },
        data: this.dataOf(record, verdict, refusedDigest),
      },
      {
        node: this.node,
        stream,
        signedAt: now,
        recipients: answered && verdict.sender ? [this.node, verdict.sender.node] : [this.node],
        rule: 'hub-inbound@1',
        causationId: undefined,
        commandId: key,
        commandHash: refusedDigest,
      },
      this.signer,
    );
    // A conflict means that this record has been refused before.
    await this.store.append(stream, 'no-stream', [refusal]);
  }

  private dataOf(
    record: IncomingRecord,
    verdict: Extract<Verdict, { verdict: 'refuse' }>,
    refusedDigest: string,
  ): object {
    const { sender } = verdict;
    const jws = record.headers['jws'] ?? '';
    return {
      check: verdict.check,
      detail: verdict.detail.slice(0, 500),
      topic: record.topic,
      partition: record.partition,
      offset: record.offset.toString(),
      refusedDigest,
      refusedSize: record.value.byteLength,
      ...(record.value.byteLength <= EVIDENCE_LIMIT
        ? { refusedEvidence: Buffer.from(record.value).toString('base64url') }
        : {}),
      ...(/^[\x20-\x7e]{1,1024}$/.test(jws) ? { refusedJws: jws } : {}),
      ...(sender === undefined ? {} : { refusedId: sender.id, refusedSource: `urn:delta-hub:node:${sender.node}` }),
      transient: false,
    };
  }
}
