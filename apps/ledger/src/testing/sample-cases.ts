import { signEvent } from '@delta-hub/crypto';
import { sampleId, type SampleNode, sampleStream } from './sample-node.js';

export interface SampleCase {
  /** Number of its first event, and of its stream. */
  readonly number: number;
  readonly personId: string;
  readonly origin: string;
  readonly receiving: string;
}

export interface SampleAct {
  readonly agencyId: string;
  /** Nodes that are to have it. */
  readonly recipients: string;
}

/** Appends a case of an invented person: the first act opens it, the others only say who acted. */
export const appendCase = async (
  { store, keys }: SampleNode,
  { number, personId, origin, receiving }: SampleCase,
  acts: readonly SampleAct[],
): Promise<void> => {
  const type = 'cn.delta-hub.transfer.applied.v1';
  const subject = sampleStream(number);
  for (const [at, { agencyId, recipients }] of acts.entries()) {
    const id = sampleId(number + at);
    const event = {
      ...{ specversion: '1.0', id, source: `urn:delta-hub:node:${keys.node}`, type, subject, recipients },
      ...{ time: '2025-03-10T01:30:00.000Z', datacontenttype: 'application/json' },
      data: {
        occurredAt: '2025-03-10T01:29:00.000Z',
        actor: { officerId: 'officer-1', role: 'officer', agencyId },
        ...(at === 0 ? { personId, origin, receiving } : {}),
      },
    };
    const data = new Uint8Array(Buffer.from(signEvent(event, keys.signer), 'latin1'));
    await store.append(subject, at === 0 ? 'no-stream' : BigInt(at - 1), [{ id, type, data }]);
  }
};

/**
 * Three cases between other events: 500 (entries 2 to 5; its last goes to node 31 only) and 510 (entries 6 and 7) of
 * person T-1, who leaves cca-320509; 520 (entries 8 and 9) of T-2 between two agencies of other nodes, in which
 * city-320500 acts once. Then two more events.
 */
export const appendCases = async (node: SampleNode): Promise<void> => {
  await node.append(2);
  const both = '31,32';
  await appendCase(node, { number: 500, personId: 'T-1', origin: 'cca-320509', receiving: 'cca-310118' }, [
    { agencyId: 'cca-320509', recipients: both },
    { agencyId: 'cca-310118', recipients: both },
    { agencyId: 'cca-320509', recipients: both },
    { agencyId: 'cca-310118', recipients: '31' },
  ]);
  await appendCase(node, { number: 510, personId: 'T-1', origin: 'cca-320509', receiving: 'cca-330402' }, [
    { agencyId: 'cca-320509', recipients: '32,33' },
    { agencyId: 'cca-330402', recipients: '32,33' },
  ]);
  await appendCase(node, { number: 520, personId: 'T-2', origin: 'cca-330402', receiving: 'cca-310118' }, [
    { agencyId: 'cca-330402', recipients: '31,32,33' },
    { agencyId: 'city-320500', recipients: '31,32,33' },
  ]);
  await node.append(2);
};
