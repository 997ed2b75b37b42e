import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { join } from 'node:path';
import type { EventStoreSubstrate } from '../../event-store.contract.js';
import { openSqliteEventStore } from '../sqlite-event-store.js';

export const openSqliteSubstrate = async (): Promise<EventStoreSubstrate> => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'node', 'events.db');
  return { connect: (now) => openSqliteEventStore(path, now === undefined ? {} : { now }), dispose: directory.dispose };
};
