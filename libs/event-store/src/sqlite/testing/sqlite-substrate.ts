import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStoreSubstrate } from '../../event-store.contract.js';
import { openSqliteEventStore } from '../sqlite-event-store.js';

/** A new directory of its own, removed by `dispose`. */
export const temporaryDirectory = async () => {
  const path = await mkdtemp(join(tmpdir(), 'delta-hub-'));
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
};

export const openSqliteSubstrate = async (): Promise<EventStoreSubstrate> => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'node', 'events.db');
  return { connect: () => openSqliteEventStore(path), dispose: directory.dispose };
};
