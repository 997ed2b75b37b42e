import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BrokerSubstrate } from '../../broker.contract.js';
import { openSqliteBroker } from '../sqlite-broker.js';

/** Runs SQL on a file as somebody would who is not us. */
export const tamper = (path: string, sql: string): void => {
  const db = new DatabaseSync(path, { timeout: 5000 });
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
};

const recreation = (topic: string, logId: string) => `
  BEGIN IMMEDIATE;
  DELETE FROM records WHERE topic = (SELECT topic FROM topics WHERE name = '${topic}');
  DELETE FROM topics WHERE name = '${topic}';
  INSERT INTO topics (name, log_id, next_offset) VALUES ('${topic}', '${logId}', 0);
  COMMIT`;

const retention = (topic: string, before: bigint) => `
  DELETE FROM records WHERE topic = (SELECT topic FROM topics WHERE name = '${topic}') AND "offset" < ${before}`;

export const openSqliteSubstrate = async (): Promise<BrokerSubstrate> => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'broker.db');
  return {
    connect: () => openSqliteBroker(path),
    expire: (topic, _partition, before) => Promise.resolve(tamper(path, retention(topic, before))),
    recreate: (topic) => Promise.resolve(tamper(path, recreation(topic, crypto.randomUUID()))),
    dispose: directory.dispose,
  };
};
