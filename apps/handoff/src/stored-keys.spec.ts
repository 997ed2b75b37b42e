import { InMemoryEventStore } from '@delta-hub/event-store';
import { expect, it } from '@jest/globals';
import { signKeyEvent } from './key-signing.js';
import { StoredKeys } from './stored-keys.js';
import { signerOf, trust } from './testing/sample-records.js';

const NOW = '2025-03-10T02:00:00.000Z';
const MESSAGE = Buffer.from('anything');

it('a node whose key two others have taken away signs nothing more with it', async () => {
  const store = new InMemoryEventStore();
  const keys = new StoredKeys(store, trust, '31');
  const signer = keys.whileValid(signerOf('31'));
  const revokedBy = async (node: '32' | '33'): Promise<void> => {
    const act = { type: 'key.revoked', data: { kid: '31/1', reason: 'lost' } } as const;
    const signed = signKeyEvent(act, { node, signer: signerOf(node), now: NOW, recipients: ['31', '32', '33'] });
    await store.append(`key-node-${node}`, 'no-stream', [signed]);
    await keys.changed();
  };
  expect(signer.sign(MESSAGE)).toEqual(signerOf('31').sign(MESSAGE));
  await revokedBy('32');
  expect(signer.sign(MESSAGE)).toEqual(signerOf('31').sign(MESSAGE));
  await revokedBy('33');
  expect(() => signer.sign(MESSAGE)).toThrow(expect.objectContaining({ code: 'KEY_REVOKED' }));
});

it('reads the keys again after a store that could not be read', async () => {
  const store = new InMemoryEventStore();
  let isAway = true;
  const reading = { read: (stream: string) => (isAway ? Promise.reject(new Error('away')) : store.read(stream)) };
  const keys = new StoredKeys(reading, trust, '31');
  await expect(keys.current()).rejects.toThrow('away');
  isAway = false;
  expect(Object.keys((await keys.current()).periods)).toContain('31/1');
});
