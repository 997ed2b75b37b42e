// A process that is to be hurt: signed events into a real event store and, by a real ledger, into ledger.db and lock.db.
// `writer.ts DIRECTORY FIRST COUNT`; every event that is known to be in the log is told on standard output.
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseTrustList, type PrivateJwk, signerFromJwk, signEvent } from '@delta-hub/crypto';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { createLedgerApp, type LedgerApp } from '@delta-hub/ledger-app/service';

const [directory = '', first = '0', count = '0'] = process.argv.slice(2);
const { node, eventKey, ledgerKey, trust } = JSON.parse(readFileSync(join(directory, 'keys.json'), 'utf8')) as {
  readonly node: string;
  readonly eventKey: PrivateJwk;
  readonly ledgerKey: PrivateJwk;
  readonly trust: unknown;
};
const signer = signerFromJwk(eventKey, `${node}/1`);
const tell = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

/** One event to a case: what a killed run has left can be gone on from with no look at it. */
const eventOf = (number: number) => {
  const id = `01958f00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
  const stream = `transfer-${id}`;
  const type = 'cn.delta-hub.transfer.applied.v1';
  const signed = signEvent(
    {
      specversion: '1.0',
      id,
      source: `urn:delta-hub:node:${node}`,
      type,
      subject: stream,
      time: '2025-03-10T01:30:00.000Z',
      datacontenttype: 'application/json',
      data: { number },
    },
    signer,
  );
  return { stream, event: { id, type, data: new Uint8Array(Buffer.from(signed, 'latin1')) } };
};

const eventStore = await openSqliteEventStore(join(directory, 'events.db'));
let app: LedgerApp | undefined;
try {
  app = await createLedgerApp({
    node,
    dataDir: directory,
    eventStore,
    ledgerKey,
    trust: parseTrustList(trust),
    clock: { now: () => '2025-03-10T01:30:00.000Z' },
    verifyToken: () => Promise.reject(new Error('nobody asks')),
    recordInspection: () => Promise.reject(new Error('nobody replays')),
    port: 0,
    host: '127.0.0.1',
  });
  tell({ ready: app.sequencer.head()?.size ?? 0 });
  for (let number = Number(first); number < Number(first) + Number(count); number += 1) {
    const { stream, event } = eventOf(number);
    await eventStore.append(stream, 'no-stream', [event]);
    const head = await app.sequencer.waitFor(event.id);
    tell({ acknowledged: event.id, size: head.size, root: Buffer.from(head.root).toString('base64') });
  }
} catch (error) {
  tell({ fault: (error as { readonly code?: unknown }).code ?? String(error) });
}
try {
  // Also after a fault: what an orderly end writes then must not harm either.
  await app?.close();
  await eventStore.close();
  tell({ closed: true });
} finally {
  process.exit();
}
