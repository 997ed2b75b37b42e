import type { IncomingRecord } from '@delta-hub/broker';
import type { EventName } from '@delta-hub/contracts';
import {
  canonicalJson,
  generateKeyPair,
  type JsonValue,
  openingTogether,
  parseTrustList,
  type PrivateEncryptionJwk,
  type Signer,
  signerFromJwk,
  toDetached,
  trustedHistory,
  trustedNode,
} from '@delta-hub/crypto';
import { generateEncryptionPair, publicHalf, sealMessage } from '@delta-hub/crypto/sealed-message';
import type { EventToAppend } from '@delta-hub/event-store';
import { v7 as uuidv7 } from 'uuid';
import { eventsTopic, SEALED_CONTENT } from '../outbound.publisher.js';
import { type Act, type EnvelopeContext, sign } from '../signed-events.js';

const FROM = '2020-07-01T00:00:00.000Z';
export const NODES = ['31', '32', '33'] as const;
type Node = (typeof NODES)[number];

const pairs = Object.fromEntries(
  NODES.map((node) => [
    node,
    { event: generateKeyPair(), ledger: generateKeyPair(), encryption: generateEncryptionPair() },
  ]),
) as Record<Node, NodePairs>;

interface NodePairs {
  readonly event: ReturnType<typeof generateKeyPair>;
  readonly ledger: ReturnType<typeof generateKeyPair>;
  readonly encryption: PrivateEncryptionJwk;
}

/** Three nodes that trust each other. */
export const trust = parseTrustList({
  nodes: NODES.map((node) => {
    const { event, ledger, encryption } = pairs[node];
    return trustedNode(node, event.publicJwk, ledger.publicJwk, FROM, undefined, publicHalf(encryption));
  }),
});

/** Their keys before the first key event. */
export const keys = () => Promise.resolve(trustedHistory(trust, '31'));

export const open = openingTogether();

export const signerOf = (node: Node): Signer => signerFromJwk(pairs[node].event.privateJwk, `${node}/1`);

export const decryptionKeyOf = (node: Node): PrivateEncryptionJwk => pairs[node].encryption;

/** A sealed record, as the publisher of a node makes one of the event. */
export const sealedRecordOf = async (
  event: Pick<EventToAppend, 'data'>,
  from: Node,
  to: Node,
): Promise<IncomingRecord> => {
  const keys = trust.nodes.find(({ node }) => node === to)!.encryptionKeys;
  const headers = { 'content-type': SEALED_CONTENT };
  return { ...placeOf(from, 0n), key: CASE, value: await sealMessage(event.data, keys), headers };
};

export const CASE = 'transfer-3c3c8556-2394-5832-92e2-2fd9a6ff9b4c';
export const digest = `sha-256:${'A'.repeat(43)}`;
const wujiang = { officerId: 'officer-320509-001', role: 'officer', agencyId: 'cca-320509' } as const;
const qingpu = { officerId: 'officer-310118-001', role: 'officer', agencyId: 'cca-310118' } as const;
const node31 = { officerId: 'node-31', role: 'system', agencyId: 'cca-310118' } as const;

const instant = (day: string): string => `2025-03-${day}T02:00:00.000Z`;
const documents: readonly never[] = [];

/** The acts of a transfer from 吴江 (node 32) to 青浦 (node 31), in their order, with whose they are. */
export const ACTS = {
  applied: {
    ...{ type: 'transfer.applied', occurredAt: instant('10'), actor: wujiang },
    data: {
      ...{ personId: 'T-320509-0001', category: 'SuspendedSentence', origin: 'cca-320509', receiving: 'cca-310118' },
      ...{ originNode: '32', receivingNode: '31', answerableSince: '2025-01-06T01:00:00.000Z' },
      ...{ correctionEnd: '2026-07-05', reason: 'employment', documents },
    },
  },
  opinion: {
    type: 'transfer.opinion-given',
    occurredAt: instant('11'),
    actor: wujiang,
    data: { supports: true, documents },
  },
  consulted: { type: 'transfer.consultation-sent', occurredAt: instant('13'), actor: wujiang, data: { documents } },
  received: { type: 'transfer.consultation-received', occurredAt: instant('13'), actor: node31, data: {} },
  replied: {
    type: 'transfer.consultation-replied',
    occurredAt: instant('17'),
    actor: qingpu,
    data: { agrees: true, documents },
  },
  decided: { type: 'transfer.decided', occurredAt: instant('18'), actor: wujiang, data: { approved: true, documents } },
} as const satisfies Readonly<Record<string, Act & { readonly type: EventName }>>;

/** An act signed by a node as it would sign it itself, but for what `context` says otherwise. */
export const signed = (act: Act, node: Node, context: Partial<EnvelopeContext> = {}): EventToAppend =>
  sign(
    act,
    {
      ...{
        id: uuidv7(),
        node,
        stream: CASE,
        signedAt: act.occurredAt,
        recipients: ['31', '32'],
        rule: '办法30@2020.1',
      },
      ...{ causationId: undefined, commandId: uuidv7(), commandHash: digest },
      ...context,
    },
    signerOf(node),
  );

const placeOf = (node: string, offset: bigint) => ({ topic: eventsTopic(node), partition: 0, offset, logId: 'log-1' });

/** The record of a stored event as a broker hands it over. */
export const recordOf = (event: Pick<EventToAppend, 'data'>, node: string, offset = 0n): IncomingRecord => {
  const { payload, detached } = toDetached(Buffer.from(event.data).toString('ascii'));
  return {
    ...placeOf(node, offset),
    key: CASE,
    value: payload,
    headers: { 'content-type': 'application/cloudevents+json', jws: detached },
  };
};

/** An event with some of it changed after the fact and signed again by a node: what an insider could make. */
export const resigned = (
  event: Pick<EventToAppend, 'data'>,
  node: Node,
  change: Readonly<Record<string, JsonValue>>,
): IncomingRecord => {
  const { payload } = toDetached(Buffer.from(event.data).toString('ascii'));
  const altered = { ...(JSON.parse(Buffer.from(payload).toString()) as Record<string, JsonValue>), ...change };
  const body = Buffer.from(canonicalJson(altered)).toString('base64url');
  const header = Buffer.from(`{"alg":"EdDSA","kid":"${node}/1","typ":"hub-event+jws"}`).toString('base64url');
  const signature = Buffer.from(signerOf(node).sign(Buffer.from(`${header}.${body}`))).toString('base64url');
  return recordOf({ data: Buffer.from(`${header}.${body}.${signature}`) }, node);
};
