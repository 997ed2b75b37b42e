/** Rights, as section 5 of the measurements has them, and the two things built on them: `store apply` and the canary of a start. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { accessDifferences, applyAccess, assertAppendOnly } from '@delta-hub/event-store/kurrent-hardening';
import { binaryEvent, KurrentDBClient, NO_STREAM } from '@kurrent/kurrentdb-client';
import { ProtectedDouble } from '../../kurrentdb-double/protected-double.js';

let server: ProtectedDouble;
let clients: KurrentDBClient[];
beforeEach(async () => {
  server = await ProtectedDouble.start();
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  server.stop();
});

const clientOf = (account: string): KurrentDBClient => {
  const client = KurrentDBClient.connectionString(server.connectionString(account));
  clients.push(client);
  return client;
};
const harden = () => applyAccess({ connectionString: server.connectionString('admin'), group: 'delta-hub' });
const canary = (account: string) =>
  assertAppendOnly({ connectionString: server.connectionString(account), prefix: '32.' });
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: { type?: unknown; code?: unknown }) => error.type ?? error.code,
  );
const event = () => binaryEvent({ type: 'invented', data: new Uint8Array(3) });
const readAll = async (client: KurrentDBClient): Promise<void> => {
  for await (const one of client.readAll({ maxCount: 1 })) void one;
};

describe('section 5, the rights of an account on ordinary streams', () => {
  it('as delivered it may do everything with them, and nothing with those of the server', async () => {
    const node = clientOf('node');
    await node.appendToStream('a', event(), { streamState: NO_STREAM });
    expect(await outcome(readAll(node))).toBe('access-denied');
    expect(await outcome(node.appendToStream('$settings', event()))).toBe('access-denied');
    expect(await outcome(node.setStreamMetadata('a', { maxCount: 1 }))).toBe('done');
    expect(await outcome(node.deleteStream('a'))).toBe('done');
    expect(await outcome(node.tombstoneStream('a'))).toBe('done');
  });

  it('hardened it appends and reads, everything too, and neither deletes nor writes metadata', async () => {
    await harden();
    const node = clientOf('node');
    expect(await outcome(node.appendToStream('a', event(), { streamState: NO_STREAM }))).toBe('done');
    expect(await outcome(readAll(node))).toBe('done');
    for (const attempt of [
      node.setStreamMetadata('a', { maxCount: 1 }),
      node.appendToStream('$$a', event()),
      node.deleteStream('a'),
      node.tombstoneStream('a'),
      node.appendToStream('$settings', event()),
    ])
      expect(await outcome(attempt)).toBe('access-denied');
  });

  it('an account outside the group, or without its password, may do nothing', async () => {
    await harden();
    for (const account of ['stranger', 'forgetful']) {
      const client = clientOf(account);
      expect(await outcome(client.appendToStream('a', event(), { streamState: NO_STREAM }))).toBe('access-denied');
      expect(await outcome(readAll(client))).toBe('access-denied');
    }
  });

  it('what is denied is so by a call of its own too, there with code 7', async () => {
    await harden();
    const credentials = { username: 'node', password: 'invented' };
    const append = (options: object) => clientOf('node').appendToStream('$$a', event(), options);
    await expect(append({})).rejects.toMatchObject({ type: 'access-denied', code: undefined });
    await expect(append({ credentials })).rejects.toMatchObject({ type: 'access-denied', code: 7 });
    expect(await outcome(clientOf('admin').appendToStream('a', event(), { credentials }))).toBe('done');
  });

  it('the rights of one stream go before the default, each by itself', async () => {
    await harden();
    const [admin, node] = [clientOf('admin'), clientOf('node')];
    await admin.setStreamMetadata('a', { acl: { deleteRoles: ['$all'] } });
    await node.appendToStream('a', event(), { streamState: NO_STREAM });
    expect(await outcome(node.setStreamMetadata('a', {}))).toBe('access-denied');
    expect(await outcome(node.deleteStream('a'))).toBe('done');
  });
});

describe('the rights as code', () => {
  const options = () => ({ connectionString: server.connectionString('admin'), group: 'delta-hub' });

  it('shows what differs, changes it once, and then nothing', async () => {
    expect((await accessDifferences(options())).map(({ place, found }) => [place, found])).toEqual([
      ['$settings', undefined],
      ['$all', undefined],
    ]);
    expect(await harden()).toHaveLength(2);
    expect(await accessDifferences(options())).toEqual([]);
    expect(await harden()).toEqual([]);
  });

  it('sees a right that somebody has given meanwhile, and takes it back', async () => {
    await harden();
    await clientOf('admin').setStreamMetadata('$all', { maxCount: 9, acl: { readRoles: ['$all'] } });
    expect(await harden()).toMatchObject([{ place: '$all', found: { $maxCount: 9, $acl: { $r: ['$all'] } } }]);
    expect(await accessDifferences(options())).toEqual([]);
  });

  it('is for administrators: a node is UNAVAILABLE', async () => {
    const asNode = { ...options(), connectionString: server.connectionString('node') };
    expect(await outcome(applyAccess(asNode))).toBe('UNAVAILABLE');
    expect(await outcome(accessDifferences(asNode))).toBe('UNAVAILABLE');
  });
});

describe('the canary', () => {
  it('as delivered the node is refused, with everything that it could do', async () => {
    await expect(canary('node')).rejects.toMatchObject({
      code: 'NOT_APPEND_ONLY',
      message:
        'KurrentDB: the account of this node may write the metadata of a stream, delete a stream, delete a stream for ever',
    });
  });

  it('an administrator is refused, and has changed nothing of the rights', async () => {
    await harden();
    await expect(canary('admin')).rejects.toMatchObject({
      code: 'NOT_APPEND_ONLY',
      message: expect.stringContaining('may set the default rights, set the rights on $all, write the metadata'),
    });
    expect(await harden()).toEqual([]);
  });

  it('hardened the node passes, as often as it starts, and its store does not see the canary', async () => {
    await harden();
    await canary('node');
    await canary('node');
    const store = await openKurrentEventStore({ connectionString: server.connectionString('node'), prefix: '32.' });
    expect(await store.readAll(undefined, 10)).toEqual([]);
    await store.close();
  });

  it('a refused one does not stand in the way of the start after the hardening', async () => {
    expect(await outcome(canary('node'))).toBe('NOT_APPEND_ONLY');
    await harden();
    await canary('node');
    const store = await openKurrentEventStore({ connectionString: server.connectionString('node'), prefix: '32.' });
    expect(await store.read('a')).toEqual([]);
    await store.close();
  });

  it.each([
    ['delete', { $d: ['$all'] }],
    ['write metadata', { $mw: ['delta-hub'] }],
  ])('one right too many is enough: %s', async (_, tooMuch) => {
    await harden();
    const [settings] = server.database.read('$settings');
    const rights = JSON.parse(Buffer.from(settings!.data).toString()) as { $userStreamAcl: object };
    server.setDefaults({ ...rights, $userStreamAcl: { ...rights.$userStreamAcl, ...tooMuch } });
    expect(await outcome(canary('node'))).toBe('NOT_APPEND_ONLY');
  });

  it('who cannot be asked is not trusted: UNAVAILABLE', async () => {
    await harden();
    expect(await outcome(canary('stranger'))).toBe('UNAVAILABLE');
    server.crash();
    expect(await outcome(canary('node'))).toBe('UNAVAILABLE');
  });
});
