import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedgerApp, type LedgerApp } from './service.js';
import { sampleDeps } from './testing/sample-app.js';
import { sampleKeys, SampleNode } from './testing/sample-node.js';

let node: SampleNode;

beforeEach(() => {
  node = new SampleNode(sampleKeys('32', '31'));
});

afterEach(() => node.remove());

const file = (name: 'ledger.db' | 'lock.db' | 'saved'): string => join(node.directory, name);

/** Runs the ledger until everything is in it, and closes it. */
const run = async (events: number): Promise<void> => {
  await node.append(events);
  const app = await createLedgerApp(sampleDeps(node));
  await app.sequencer.waitFor((await node.store.head())!);
  await app.close();
};

const expectRefusal = async (code: string): Promise<void> => {
  let app: LedgerApp | undefined;
  try {
    app = await createLedgerApp(sampleDeps(node));
  } catch (error) {
    expect(error).toMatchObject({ name: 'LedgerFault', code });
    return;
  }
  await app.close();
  throw new Error(`started, where ${code} was expected`);
};

const change = (name: 'ledger.db' | 'lock.db', sql: string): void => {
  const db = new DatabaseSync(file(name));
  db.exec(sql);
  db.close();
};

describe('a start', () => {
  it('goes on where the last run ended', async () => {
    await run(5);
    await run(3);
    const app = await createLedgerApp(sampleDeps(node));
    expect(app.sequencer.head()?.size).toBe(8);
    await app.close();
  });

  it('may find nothing at all', async () => {
    const app = await createLedgerApp(sampleDeps(node));
    expect(app.sequencer.head()).toBeUndefined();
    expect(await app.health()).toEqual({ size: 0, behind: 0, publishedAt: undefined, fault: undefined });
    await app.close();
    await app.close();
  });
});

describe('a start is refused', () => {
  it('on the log of another node', async () => {
    await run(3);
    change('ledger.db', `UPDATE log SET origin = 'delta-hub.cn/ledger/31'`);
    await expectRefusal('LEDGER_OF_ANOTHER_NODE');
  });

  it('on the lock of another node', async () => {
    await run(3);
    change('lock.db', `UPDATE signed SET origin = 'delta-hub.cn/ledger/31'`);
    await expectRefusal('LEDGER_OF_ANOTHER_NODE');
  });

  it("on another node's directory as a whole", async () => {
    await run(3);
    const other = sampleKeys('31');
    const deps = { ...sampleDeps(node), node: '31', trust: other.trust, ledgerKey: other.keys[0]!.ledgerKey };
    await expect(createLedgerApp(deps)).rejects.toMatchObject({ code: 'LEDGER_OF_ANOTHER_NODE' });
  });

  it('with a key that the trust list does not name for this log', async () => {
    const deps = { ...sampleDeps(node), ledgerKey: sampleKeys('32').keys[0]!.ledgerKey };
    await expect(createLedgerApp(deps)).rejects.toMatchObject({ code: 'LEDGER_KEY_UNTRUSTED' });
  });

  it('when the lock was signed by a key that is not trusted', async () => {
    await run(3);
    const stranger = sampleKeys('32');
    const deps = { ...sampleDeps(node), trust: stranger.trust, ledgerKey: stranger.keys[0]!.ledgerKey };
    await expect(createLedgerApp(deps)).rejects.toMatchObject({ code: 'LOCK_DAMAGED' });
  });

  it.each(['size = size + 1', `root = x'00'`, `note = replace(note, 'delta', 'Delta')`, `note = ''`])(
    'on a lock that was edited: %s',
    async (edit) => {
      await run(3);
      change('lock.db', `UPDATE signed SET ${edit}`);
      await expectRefusal('LOCK_DAMAGED');
    },
  );

  it('when an old copy of ledger.db was put back', async () => {
    await run(3);
    copyFileSync(file('ledger.db'), file('saved'));
    await run(2);
    copyFileSync(file('saved'), file('ledger.db'));
    await expectRefusal('LEDGER_BEHIND_LOCK');
  });

  it('when ledger.db was lost', async () => {
    await run(3);
    rmSync(file('ledger.db'));
    await expectRefusal('LEDGER_BEHIND_LOCK');
  });

  it('when an old copy of lock.db was put back', async () => {
    await run(3);
    copyFileSync(file('lock.db'), file('saved'));
    await run(2);
    copyFileSync(file('saved'), file('lock.db'));
    await expectRefusal('LOCK_BEHIND_LEDGER');
  });

  it('when lock.db was lost', async () => {
    await run(3);
    rmSync(file('lock.db'));
    await expectRefusal('LOCK_BEHIND_LEDGER');
  });

  it.each([
    ['a leaf', `UPDATE entries SET leaf = CAST(leaf || ' ' AS BLOB) WHERE pos = 1`],
    ['an entry that is gone', 'DELETE FROM entries WHERE pos = 1'],
    ['a tile', `UPDATE tiles SET hashes = zeroblob(length(hashes))`],
    ['a short tile', 'UPDATE tiles SET hashes = substr(hashes, 1, 64)'],
    ['a tile that is gone', 'DELETE FROM tiles'],
    ['the root of the head', `UPDATE heads SET root = zeroblob(32)`],
  ])('on a damaged log: %s', async (_, sql) => {
    await run(3);
    change('ledger.db', sql);
    await expectRefusal('LEDGER_DAMAGED');
  });

  it.each(['ledger.db', 'lock.db'] as const)('on a %s of some other program', async (name) => {
    change(name, 'CREATE TABLE t (x)');
    await expectRefusal('FILE_FOREIGN');
  });

  it.each(['ledger.db', 'lock.db'] as const)('on a %s of a version that is not known', async (name) => {
    await run(1);
    change(name, 'PRAGMA user_version = 2');
    await expectRefusal('SCHEMA_UNKNOWN');
  });

  it('on a port that is taken, and the next start succeeds', async () => {
    await node.append(3);
    const app = await createLedgerApp(sampleDeps(node));
    const elsewhere = new SampleNode();
    const port = Number(new URL(app.url).port);
    await expect(createLedgerApp({ ...sampleDeps(elsewhere), port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await app.close();
    const second = await createLedgerApp({ ...sampleDeps(elsewhere), port });
    await second.close();
    elsewhere.remove();
  });
});

describe('two processes on one log', () => {
  it('the second to sign stops, and the history stays one', async () => {
    const first = await createLedgerApp(sampleDeps(node));
    const second = await createLedgerApp(sampleDeps(node));
    await node.append(4);
    const faults = await Promise.allSettled([first.sequencer.waitFor(4n), second.sequencer.waitFor(4n)]);
    expect(faults.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [stopped] = [first, second].filter(({ sequencer }) => sequencer.fault !== undefined);
    expect(stopped?.sequencer.fault?.code).toBe('LOCK_CONFLICT');
    await first.close();
    await second.close();
    await run(2);
  });
});
