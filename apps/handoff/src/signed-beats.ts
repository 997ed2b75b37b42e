import { eventName, type HubEvent } from '@delta-hub/contracts';
import { digest, type KeyRule, type OpenedEvent, openEvent } from '@delta-hub/crypto';
import { type Beat, outageOf } from '@delta-hub/handoff';
import { schemaFault } from './schema-check.js';
import { eventIn, type Keeper, nodeOfSource, sign } from './signed-events.js';

/** A heartbeat with the bytes that were signed. */
export interface SignedBeat extends Beat {
  readonly jws: string;
}

const NOTHING = digest(new Uint8Array(0));

/** The node's own heartbeat, signed. */
export const signBeat = (
  { sequence, heard, told }: Pick<Beat, 'sequence' | 'heard' | 'told'>,
  { node, signer, clock, newId }: Keeper,
): SignedBeat => {
  const time = clock.now();
  const stream = `node-${node}`;
  const act = {
    type: 'node.heartbeat' as const,
    occurredAt: time,
    actor: { officerId: `node-${node}`, role: 'system' as const, agencyId: `prov-${node}0000` },
    data: { sequence, heard, told },
  };
  const id = newId();
  const envelope = { id, node, stream, signedAt: time, recipients: ['31', '32', '33', '34'], rule: 'hub-line@1' };
  const signed = sign(act, { ...envelope, causationId: undefined, commandId: id, commandHash: NOTHING }, signer);
  return { node, sequence, time, heard, told, jws: Buffer.from(signed.data).toString('ascii') };
};

/** A heartbeat of which signature and form have been verified; undefined when they do not hold. */
export const openBeat = (jws: string, rule: KeyRule): SignedBeat | undefined => {
  const opened = openEvent(jws, rule);
  return opened.ok ? beatIn(opened) : undefined;
};

/** The heartbeat that an opened event is; undefined when it is none. */
export const beatIn = (opened: OpenedEvent): SignedBeat | undefined => {
  const event = opened.event as unknown as HubEvent;
  if (eventName(event.type) !== 'node.heartbeat' || schemaFault(event) !== undefined) return undefined;
  return saidIn(event as HubEvent<'node.heartbeat'>, opened.jws);
};

/** A heartbeat out of bytes that have been verified before. */
export const beatOf = (jws: string): SignedBeat => saidIn(eventIn(jws) as HubEvent<'node.heartbeat'>, jws);

const saidIn = ({ source, time, data }: HubEvent<'node.heartbeat'>, jws: string): SignedBeat => {
  const { sequence, heard, told = [] } = data;
  return { node: nodeOfSource(source), sequence, time, heard, told, jws };
};

/** What is wrong with a declared outage; undefined when the signed heartbeats in it show just what it says. */
export const outageFault = (event: HubEvent<'outage.declared'>, rule: KeyRule): string | undefined => {
  const { before, alone, peerBeat, peer, from, until } = event.data;
  const beats = [before, alone, peerBeat].map((jws) => openBeat(jws, rule));
  const [first, second, third] = beats;
  if (first === undefined || second === undefined || third === undefined) return 'OUTAGE_BEAT_NOT_AUTHENTIC';
  const outage = outageOf({ before: first, alone: second, peer: third });
  if ('flaw' in outage) return `OUTAGE_${outage.flaw}`;
  const isAsSaid =
    outage.node === nodeOfSource(event.source) &&
    outage.peer === peer &&
    outage.from === from &&
    outage.until === until;
  return isAsSaid ? undefined : 'OUTAGE_NOT_AS_DECLARED';
};
