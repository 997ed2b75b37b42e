import { expect, it } from '@jest/globals';
import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { appendFileSync, cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf, kafkaClassPath } from './jars.js';

it('a jar with other bytes, one too many and one too few are found', async () => {
  const there = (await kafkaClassPath()).slice(0, -'/*'.length);
  expect(faultsOf(there)).toEqual([]);
  const { path, dispose } = await temporaryDirectory();
  cpSync(there, path, { recursive: true });
  appendFileSync(join(path, 'kafka-raft-4.3.1.jar'), ' ');
  rmSync(join(path, 'slf4j-simple-1.7.36.jar'));
  renameSync(join(path, 'kafka-server-4.3.1.jar'), join(path, 'kafka-server-4.3.2.jar'));
  writeFileSync(join(path, 'invented.jar'), '');
  expect(faultsOf(path).toSorted()).toEqual([
    'invented.jar',
    'kafka-raft-4.3.1.jar',
    'kafka-server-4.3.1.jar',
    'kafka-server-4.3.2.jar',
    'slf4j-simple-1.7.36.jar',
  ]);
  await dispose();
});
