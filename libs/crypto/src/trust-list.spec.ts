import { describe, expect, it } from '@jest/globals';
import { openEvent, signEvent } from './envelope.js';
import { CryptoError } from './errors.js';
import { generateKeyPair, signerFromJwk } from './keys.js';
import { sampleEvent } from './testing/event-fixtures.js';
import { findKey, parseTrustList } from './trust-list.js';
import { trustedNode } from './trusted-node.js';
import { parseVkey, VKEY_TYPES, vkeyOf } from './vkey.js';

const validFrom = '2026-01-01T00:00:00.000Z';
const fresh = () => generateKeyPair().publicJwk;
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const list = plain({
  nodes: ['31', '32'].map((node) => trustedNode(node, fresh(), fresh(), validFrom, fresh())),
});

const messageOf = (json: unknown): string => {
  try {
    parseTrustList(json);
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'TRUST_LIST_INVALID') return error.message;
    throw error;
  }
  return 'parsed';
};

type Editable = Record<string, unknown>;

/** The sound list with one thing changed: `at` the first event key of node 32, its ledger key, or the node itself. */
const changed = (at: 'eventKey' | 'ledgerKey' | 'witnessKey' | 'node', change: Editable): unknown => {
  const copy = plain<unknown>(list) as {
    nodes: { eventKeys: Editable[]; ledgerKeys: Editable[]; witnessKeys: Editable[] }[];
  };
  const node = copy.nodes[1]!;
  const [eventKey, ledgerKey, witnessKey] = [node.eventKeys[0]!, node.ledgerKeys[0]!, node.witnessKeys[0]!];
  Object.assign({ eventKey, ledgerKey, witnessKey, node }[at], change);
  return plain(copy);
};

describe('parseTrustList', () => {
  it('gives back what a sound list says', () => {
    expect(parseTrustList(list)).toEqual(list);
    expect(list.nodes[1]!.eventKeys[0]).toMatchObject({ kid: '32/1', alg: 'EdDSA', validFrom });
    expect(list.nodes[1]!.ledgerKeys[0]!.vkey).toMatch(/^delta-hub\.cn\/ledger\/32\+[0-9a-f]{8}\+/);
  });

  it('takes keys that end, that are revoked, and several for one node', () => {
    const { eventKeys } = list.nodes[1]!;
    const second = { ...eventKeys[0]!, kid: '32/2', publicJwk: fresh(), validFrom: '2026-06-01T00:00:00.000Z' };
    const first = { ...eventKeys[0]!, validTo: second.validFrom, revokedAt: validFrom };
    const parsed = parseTrustList(changed('node', { eventKeys: [first, second] }));
    expect(parsed.nodes[1]!.eventKeys).toEqual([first, second]);
  });

  it('takes a list without nodes, and nodes without keys', () => {
    expect(parseTrustList({ nodes: [] })).toEqual({ nodes: [] });
    expect(messageOf({ nodes: [{ node: '33', eventKeys: [], ledgerKeys: [] }] })).toBe('parsed');
  });

  it('gives a node of a list from before witnesses no witness key', () => {
    const { node, eventKeys, ledgerKeys } = list.nodes[1]!;
    expect(parseTrustList({ nodes: [{ node, eventKeys, ledgerKeys }] }).nodes[0]!.witnessKeys).toEqual([]);
  });

  it('takes a witness key only under the node’s own name, of its own kind, and used for nothing else', () => {
    const { publicJwk } = parseVkey(list.nodes[1]!.ledgerKeys[0]!.vkey);
    const witness = 'delta-hub.cn/witness/32';
    expect([
      messageOf(changed('witnessKey', { name: 'delta-hub.cn/witness/31' })),
      messageOf(changed('witnessKey', { vkey: vkeyOf(witness, fresh()) })),
      messageOf(changed('ledgerKey', { vkey: vkeyOf('delta-hub.cn/ledger/32', fresh(), VKEY_TYPES.witness) })),
      messageOf(changed('witnessKey', { vkey: vkeyOf(witness, publicJwk, VKEY_TYPES.witness) })),
    ]).toEqual([
      'nodes[1].witnessKeys[0].name: not delta-hub.cn/witness/32',
      'nodes[1].witnessKeys[0].vkey: of another kind of signature',
      'nodes[1].ledgerKeys[0].vkey: of another kind of signature',
      `trust list: public key ${publicJwk.x} is there twice`,
    ]);
  });

  it('is a frozen copy, so a later change of its source changes nothing', () => {
    const source = structuredClone(list) as { nodes: { node: string }[] };
    const parsed = parseTrustList(source);
    source.nodes[1]!.node = '34';
    expect(parsed).toEqual(list);
    const frozen = [parsed, parsed.nodes, parsed.nodes[0], parsed.nodes[0]!.eventKeys, parsed.nodes[0]!.eventKeys[0]];
    expect(frozen.every((part) => Object.isFrozen(part))).toBe(true);
    expect(Object.isFrozen(parsed.nodes[0]!.eventKeys[0]!.publicJwk)).toBe(true);
  });

  const first = list.nodes[0]!;
  const eventAt = 'nodes[1].eventKeys[0]';
  const ledgerAt = 'nodes[1].ledgerKeys[0]';
  const jwkWith = (x: string) => ({ publicJwk: { kty: 'OKP', crv: 'Ed25519', x } });
  const notInstant = 'not an instant YYYY-MM-DDTHH:mm:ss.sssZ';

  it.each<[string, unknown, string]>([
    ['no object', [], 'trust list: not an object'],
    ['nothing', undefined, 'trust list: not an object'],
    ['no nodes', {}, 'trust list: nodes is missing'],
    ['an unknown field', { ...list, version: 1 }, 'trust list: unknown field "version"'],
    ['nodes that are no list', { nodes: {} }, 'nodes: not a list'],
    ['a node that is no object', { nodes: ['31'] }, 'nodes[0]: not an object'],
    ['an unknown field of a node', changed('node', { name: 'x' }), 'nodes[1]: unknown field "name"'],
    ['a node of another form', changed('node', { node: '320' }), 'nodes[1].node: not two digits'],
    ['a node that is a number', changed('node', { node: 32 }), 'nodes[1].node: not two digits'],
    [
      'a node twice',
      { nodes: [first, { ...first, eventKeys: [], ledgerKeys: [] }] },
      'trust list: node 31 is there twice',
    ],
    ['keys that are no list', changed('node', { eventKeys: {} }), 'nodes[1].eventKeys: not a list'],
    ['an unknown field of a key', changed('eventKey', { note: '' }), `${eventAt}: unknown field "note"`],
    ['a key without id', changed('eventKey', { kid: undefined }), `${eventAt}: kid is missing`],
    ['a key id of another form', changed('eventKey', { kid: '32-1' }), `${eventAt}.kid: not of the form <node>/<n>`],
    ['a key id that counts from 0', changed('eventKey', { kid: '32/0' }), `${eventAt}.kid: not of the form <node>/<n>`],
    ['a key id of another node', changed('eventKey', { kid: '31/2' }), `${eventAt}.kid: not a key of node 32`],
    ['an unknown algorithm', changed('eventKey', { alg: 'Ed25519' }), `${eventAt}.alg: not one of EdDSA`],
    [
      'an algorithm like a member of every object',
      changed('eventKey', { alg: 'toString' }),
      `${eventAt}.alg: not one of EdDSA`,
    ],
    [
      'a time that is no instant',
      changed('eventKey', { validFrom: '2026-01-01' }),
      `${eventAt}.validFrom: ${notInstant}`,
    ],
    ['an end that is no instant', changed('eventKey', { validTo: null }), `${eventAt}.validTo: ${notInstant}`],
    ['an end at the beginning', changed('eventKey', { validTo: validFrom }), `${eventAt}.validTo: not after validFrom`],
    [
      'a revocation before the beginning',
      changed('eventKey', { revokedAt: '2025-12-31T23:59:59.999Z' }),
      `${eventAt}.revokedAt: before validFrom`,
    ],
    ['a JWK that is a text', changed('eventKey', { publicJwk: 'x' }), `${eventAt}.publicJwk: not an object`],
    [
      'a private JWK',
      changed('eventKey', { publicJwk: generateKeyPair().privateJwk }),
      `${eventAt}.publicJwk: unknown field "d"`,
    ],
    [
      'a JWK for another algorithm',
      changed('eventKey', { publicJwk: { ...fresh(), alg: 'Ed25519' } }),
      `${eventAt}.publicJwk: alg is not "EdDSA"`,
    ],
    [
      'a JWK of another curve',
      changed('eventKey', { publicJwk: { ...fresh(), crv: 'X25519' } }),
      `${eventAt}.publicJwk: crv is not "Ed25519"`,
    ],
    [
      'a key that is too short',
      changed('eventKey', jwkWith('AAAA')),
      `${eventAt}.publicJwk: x is not 32 bytes in base64url`,
    ],
    [
      'a key with padding',
      changed('eventKey', jwkWith(`${fresh().x}=`)),
      `${eventAt}.publicJwk: x is not 32 bytes in base64url`,
    ],
    [
      'a key of small order',
      changed('eventKey', jwkWith(Buffer.from([1, ...Array<number>(31).fill(0)]).toString('base64url'))),
      `${eventAt}.publicJwk: x is a point of small order`,
    ],
    [
      'a key that is no point',
      changed('eventKey', jwkWith(Buffer.from([2, ...Array<number>(31).fill(0)]).toString('base64url'))),
      `${eventAt}.publicJwk: x is not a point of the curve`,
    ],
    [
      'a key id twice',
      changed('node', {
        eventKeys: [list.nodes[1]!.eventKeys[0], { ...list.nodes[1]!.eventKeys[0], publicJwk: fresh() }],
      }),
      'trust list: kid 32/1 is there twice',
    ],
    [
      'the key of another node',
      changed('eventKey', { publicJwk: first.eventKeys[0]!.publicJwk }),
      `trust list: public key ${first.eventKeys[0]!.publicJwk.x} is there twice`,
    ],
    [
      'one key for events and ledger',
      changed('ledgerKey', { vkey: vkeyOf('delta-hub.cn/ledger/32', first.eventKeys[0]!.publicJwk) }),
      `trust list: public key ${first.eventKeys[0]!.publicJwk.x} is there twice`,
    ],
    [
      'a ledger of another node',
      changed('ledgerKey', { name: 'delta-hub.cn/ledger/31' }),
      `${ledgerAt}.name: not delta-hub.cn/ledger/32`,
    ],
    ['a vkey that is a number', changed('ledgerKey', { vkey: 1 }), `${ledgerAt}.vkey: not a text`],
    [
      'a vkey of another name',
      changed('ledgerKey', { vkey: first.ledgerKeys[0]!.vkey }),
      `${ledgerAt}.vkey: of another name`,
    ],
    [
      'a vkey with a wrong key id',
      changed('ledgerKey', { vkey: list.nodes[1]!.ledgerKeys[0]!.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+') }),
      `${ledgerAt}.vkey: vkey: the key id does not belong to name and key`,
    ],
  ])('refuses %s', (_, json, message) => {
    expect(messageOf(json)).toBe(message);
  });
});

describe('findKey', () => {
  it('finds a key by its id, with its node', () => {
    expect(findKey(parseTrustList(list), '32/1')).toMatchObject({ kid: '32/1', node: '32', alg: 'EdDSA' });
    expect(findKey(parseTrustList(list), '32/2')).toBeUndefined();
    expect(findKey(parseTrustList(list), 'constructor')).toBeUndefined();
  });

  it('checks a list that nobody parsed before it believes it', () => {
    expect(findKey(list, '31/1')).toMatchObject({ node: '31' });
    const weak = changed('eventKey', { kid: '31/2' }) as typeof list;
    const { privateJwk, publicJwk } = generateKeyPair();
    const jws = signEvent(sampleEvent, signerFromJwk(privateJwk, '32/1'));
    expect(() => openEvent(jws, weak)).toThrow(CryptoError);
    expect(openEvent(jws, changed('eventKey', { publicJwk }) as typeof list).ok).toBe(true);
  });
});
