import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answers } from './kafka-cluster.js';
import { IMAGE, openSharedBroker, type SharedBroker } from './shared-broker.js';

const FAKE = fileURLToPath(new URL('testing/fake-docker.mjs', import.meta.url));
const FROM_JARS: SharedBroker = { brokers: '127.0.0.1:1', origin: 'jars', stop: () => Promise.resolve() };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
  const docker = join(directory.path, 'docker');
  writeFileSync(docker, `#!/bin/sh\nexec '${process.execPath}' '${FAKE}' "$@"\n`, { mode: 0o755 });
});
afterEach(() => directory.dispose());

const log = (): string => join(directory.path, 'log');
const open = (more: NodeJS.ProcessEnv) => {
  const path = `${directory.path}${delimiter}${process.env['PATH']}`;
  return openSharedBroker({ PATH: path, FAKE_DOCKER_LOG: log(), ...more }, () => Promise.resolve(FROM_JARS));
};
const commands = (): readonly (string | undefined)[] =>
  readFileSync(log(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]);

it('brokers that are given are taken, and Docker is not asked', async () => {
  expect(await open({ KAFKA_BROKERS: 'a:1,b:2' })).toMatchObject({ brokers: 'a:1,b:2' });
  expect(existsSync(log())).toBe(false);
});

it('with a Docker, a container of the pinned image: on the loopback interface, and removed at the end', async () => {
  const broker = await open({});
  const port = Number(/^127\.0\.0\.1:(\d+)$/.exec(broker.brokers)?.[1]);
  expect([await answers(port), broker.origin]).toEqual([true, `${IMAGE}, in Docker`]);
  const started = readFileSync(log(), 'utf8').split('\n')[1]!;
  expect(started).toContain(`--publish 127.0.0.1:${port}:${port} `);
  expect(started).toContain(`--env KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:${port} `);
  expect(started).toMatch(/--env KAFKA_LISTENERS=PLAINTEXT:\/\/0\.0\.0\.0:\d+,CONTROLLER:\/\/0\.0\.0\.0:\d+ /);
  expect(started).toContain('--env KAFKA_AUTO_CREATE_TOPICS_ENABLE=false ');
  expect(started.endsWith(` ${IMAGE}`)).toBe(true);
  await broker.stop();
  expect([commands(), await answers(port)]).toEqual([['version', 'run', 'rm'], false]);
});

it('with a client of Docker that has no server, the jars', async () => {
  expect(await open({ FAKE_DOCKER: 'away' })).toBe(FROM_JARS);
  expect(commands()).toEqual(['version']);
});

it('with a Docker that cannot have the image, the jars', async () => {
  expect(await open({ FAKE_DOCKER: 'empty' })).toBe(FROM_JARS);
  expect(commands().slice(0, 2)).toEqual(['version', 'run']);
});

it('without Docker, the jars', async () => {
  expect(await open({ PATH: '/nowhere' })).toBe(FROM_JARS);
});
