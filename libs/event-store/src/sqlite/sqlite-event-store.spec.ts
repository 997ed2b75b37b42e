import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describeEventStoreContract } from '../event-store.contract.js';
import { anEvent, everything, mustAppend } from '../testing/contract-case.js';
import { openSqliteEventStore } from './sqlite-event-store.js';
import { openSqliteSubstrate } from './testing/sqlite-substrate.js';

describeEventStoreContract('SQLite', openSqliteSubstrate);

it('copies the log back to the file in a pause, after many appends and not after each', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'events.db');
  const store = await openSqliteEventStore(path);
  const empty = statSync(path).size;
  const append = (number: number) => mustAppend(store, `transfer-${number}`, 'no-stream', [anEvent()]);
  for (let number = 1; number < 32; number += 1) await append(number);
  expect(statSync(path).size).toBe(empty);
  const watching = watch(path);
  const changed = once(watching, 'change');
  await append(32);
  await changed;
  watching.close();
  expect(statSync(path).size).toBeGreaterThan(empty);
  await append(33);
  expect(await everything(store)).toHaveLength(33);
  await store.close();
  await directory.dispose();
});
