/** What becomes of a node's log when its KurrentDB loses or changes what was taken from it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, parseTrustList, signerFromJwk, signEvent, trustedNode } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { createLedgerApp, type LedgerApp } from '@delta-hub/ledger-app/service';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KurrentDouble } from '../../kurrentdb-double/server.js';

const NOW = '2025-03-10T01:30:00.000Z';
const PREFIX = '32.';
const keys = { event: generateKeyPair(), ledger: generateKeyPair() };
const signer = signerFromJwk(keys.event.privateJwk, '32/1');
const trust = parseTrustList({
  nodes: [trustedNode('32', keys.event.publicJwk, keys.ledger.publicJwk, '2020-07-01T00:00:00.000Z')],
});

let double: KurrentDouble;
let directory: string;
let closers: (() => Promise<void>)[];
beforeEach(async () => {
  double = await new KurrentDouble().start();
  directory = mkdtempSync(join(tmpdir(), 'delta-hub-divergence-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  double.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Without a file for its index, as a node that lost it: so it is the ledger that remembers. */
const openStore = async (): Promise<EventStore> => {
  const store = await openKurrentEventStore({ connectionString: double.connectionString, prefix: PREFIX });
  closers.push(() => store.close());
  return store;
};
const openLedger = async (eventStore: EventStore): Promise<LedgerApp> => {
  const app = await createLedgerApp({
    ...{ node: '32', dataDir: directory, eventStore, ledgerKey: keys.ledger.privateJwk, trust },
    ...{ clock: { now: () => NOW }, verifyToken: () => Promise.reject(new Error('no tokens here')) },
    recordInspection: () => Promise.reject(new Error('nobody replays here')),
    ...{ port: 0, host: '127.0.0.1' },
  });
  closers.push(() => app.close());
  return app;
};

const idOf = (number: number): string => `01958f00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
const STREAM = `transfer-${idOf(0)}`;
const append = async (store: EventStore, from: number, count: number): Promise<void> => {
  for (let at = from; at < from + count; at += 1) {
    const attributes = { id: idOf(at), type: 'cn.delta-hub.transfer.applied.v1', time: NOW, subject: STREAM };
    const event = { specversion: '1.0', source: 'urn:delta-hub:node:32', ...attributes, data: { at } };
    const data = new Uint8Array(Buffer.from(signEvent(event, signer), 'latin1'));
    const { id, type } = attributes;
    await store.append(STREAM, at === 0 ? 'no-stream' : BigInt(at - 1), [{ id, type, data }]);
  }
};
/** A ledger with five events, and the store it follows. */
const sequenced = async (): Promise<{ store: EventStore; app: LedgerApp }> => {
  const store = await openStore();
  const app = await openLedger(store);
  await append(store, 0, 5);
  await app.sequencer.waitFor(idOf(4));
  return { store, app };
};
const closeAll = async (): Promise<void> => {
  for (const close of closers.splice(0).toReversed()) await close();
};
const name = `${PREFIX}${STREAM}`;

describe('the ledger of a node on KurrentDB', () => {
  it.each([
    ['truncated the stream before revision 2', () => double.database.setMetadata(name, { $tb: 2 })],
    ['set how much of the stream is kept', () => double.database.setMetadata(name, { $maxCount: 1 })],
    ['changed who may do what', () => double.database.setMetadata(name, { $acl: { $d: '$all' } })],
    ['deleted the stream', () => double.database.softDelete(name)],
    ['deleted the stream for ever', () => double.database.tombstone(name)],
  ])('stops while it runs, and says that somebody has %s', async (what, change) => {
    const { app } = await sequenced();
    change();
    const fault = await app.sequencer.failed;
    expect(fault).toMatchObject({ code: 'SUBSTRATE_DIVERGENCE', message: expect.stringContaining(what) });
    expect(await app.health()).toMatchObject({ size: 5, fault: { code: 'SUBSTRATE_DIVERGENCE' } });
  });

  it('a scavenge behind a truncation: no start, and the log still has the bytes', async () => {
    await sequenced();
    await closeAll();
    double.database.setMetadata(name, { $tb: 3 });
    double.database.scavenge();
    await expect(openStore()).rejects.toMatchObject({ code: 'SUBSTRATE_TAMPERED' });
  });

  it('a redaction of its last event is told as one with the next event', async () => {
    const { store, app } = await sequenced();
    double.database.redact(name, 4n);
    await append(store, 5, 1);
    expect(await app.sequencer.failed).toMatchObject({
      code: 'SUBSTRATE_DIVERGENCE',
      evidence: { eventId: idOf(4), found: 'redacted: nothing but bytes 0xff' },
    });
  });

  it('a redaction of an earlier event is told as one at the next start', async () => {
    await sequenced();
    await closeAll();
    double.database.redact(name, 1n);
    await expect(openLedger(await openStore())).rejects.toMatchObject({
      code: 'SUBSTRATE_DIVERGENCE',
      evidence: { eventId: idOf(1), found: 'redacted: nothing but bytes 0xff' },
    });
  });

  it('a server that went back to fewer events: no start, though its index is lost', async () => {
    await sequenced();
    await closeAll();
    double.database.loseFrom(double.database.all().at(-2)!.position);
    await expect(openLedger(await openStore())).rejects.toMatchObject({ code: 'SUBSTRATE_DIVERGENCE' });
  });

  it('a server that comes back with fewer events while the node runs: it stops, and does not wait for ever', async () => {
    const { app } = await sequenced();
    double.stop();
    double.database.loseFrom(double.database.all().at(-2)!.position);
    await double.start();
    expect(await app.sequencer.failed).toMatchObject({ code: 'SUBSTRATE_DIVERGENCE' });
  });

  it('a server that comes back with other events at the same places: it stops', async () => {
    const { app } = await sequenced();
    const last = double.database.all().at(-1)!;
    double.stop();
    double.database.loseFrom(last.position);
    double.database.append(name, 'any', [{ ...last, id: crypto.randomUUID() }]);
    await double.start();
    expect(await app.sequencer.failed).toMatchObject({ code: 'SUBSTRATE_DIVERGENCE' });
  });

  it('a server that comes back as it was: the log goes on', async () => {
    const { store, app } = await sequenced();
    double.stop();
    await double.start();
    // The first call may still meet the line that was cut: the same call again.
    await append(store, 5, 2).catch(() => append(store, 5, 2));
    expect((await app.sequencer.waitFor(idOf(6))).size).toBe(7);
    expect(app.sequencer.fault).toBeUndefined();
  });
});
