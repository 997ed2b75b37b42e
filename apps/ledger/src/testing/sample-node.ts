import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateKeyPair,
  type JsonValue,
  keyStreamOf,
  parseTrustList,
  type PrivateJwk,
  provePossession,
  type Signer,
  signerFromJwk,
  signEvent,
  trustedNode,
  type TrustList,
} from '@delta-hub/crypto';
import { InMemoryEvents, InMemoryEventStore, type RecordedEvent } from '@delta-hub/event-store';

const VALID_FROM = '2020-07-01T00:00:00.000Z';

/** The keys of one invented node. */
export interface SampleKeys {
  readonly node: string;
  readonly signer: Signer;
  readonly ledgerKey: PrivateJwk;
  readonly witnessKey: PrivateJwk;
}

/** Keys of some nodes and the trust list that names them. */
export const sampleKeys = (...nodes: readonly string[]): { readonly trust: TrustList; readonly keys: SampleKeys[] } => {
  const made = nodes.map((node) => ({
    node,
    event: generateKeyPair(),
    ledger: generateKeyPair(),
    witness: generateKeyPair(),
  }));
  return {
    trust: parseTrustList({
      nodes: made.map(({ node, event, ledger, witness }) =>
        trustedNode(node, event.publicJwk, ledger.publicJwk, VALID_FROM, witness.publicJwk),
      ),
    }),
    keys: made.map(({ node, event, ledger, witness }) => ({
      node,
      signer: signerFromJwk(event.privateJwk, `${node}/1`),
      ledgerKey: ledger.privateJwk,
      witnessKey: witness.privateJwk,
    })),
  };
};

/** A lower-case UUIDv7 that counts. */
export const sampleId = (number: number): string => `01958f00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/** One signed event, as the handoff service stores it. */
export const sampleEvent = (
  { node, signer }: Pick<SampleKeys, 'node' | 'signer'>,
  number: number,
  stream: string,
  name = 'transfer.applied',
  data: object = { number },
): { readonly id: string; readonly type: string; readonly data: Uint8Array } => {
  const id = sampleId(number);
  const type = `cn.delta-hub.${name}.v1`;
  const event = {
    specversion: '1.0',
    id,
    source: `urn:delta-hub:node:${node}`,
    type,
    subject: stream,
    time: '2025-03-10T01:30:00.000Z',
    datacontenttype: 'application/json',
    data: data as JsonValue,
  };
  return { id, type, data: new Uint8Array(Buffer.from(signEvent(event, signer), 'latin1')) };
};

export const sampleStream = (number: number): string => `transfer-${sampleId(number)}`;

/** A directory, keys, and an event store whose rows a test may spoil. */
export class SampleNode {
  readonly directory = mkdtempSync(join(tmpdir(), 'delta-hub-ledger-'));
  readonly events = new InMemoryEvents();
  readonly store = new InMemoryEventStore(this.events);
  keys: SampleKeys;
  readonly trust: TrustList;
  /** Signs with the key of the trust list, whatever became of it. */
  readonly firstSigner: Signer;
  readonly #streams = new Map<string, bigint>();
  #next = 0;

  constructor({ trust, keys } = sampleKeys('32')) {
    this.trust = trust;
    this.keys = keys[0]!;
    this.firstSigner = this.keys.signer;
  }

  /** Appends signed events, three to a case, and gives them as they are stored. */
  async append(count: number): Promise<readonly RecordedEvent[]> {
    for (let made = 0; made < count; made += 1) {
      const number = this.#next;
      this.#next += 1;
      const stream = sampleStream(Math.floor(number / 3));
      const expected = this.#streams.get(stream);
      await this.store.append(stream, expected ?? 'no-stream', [sampleEvent(this.keys, number, stream)]);
      this.#streams.set(stream, (expected ?? -1n) + 1n);
    }
    return this.events.all.slice(-count);
  }

  /** Appends what the node says of keys, signed by `signer`. */
  async say(name: string, data: object, signer = this.keys.signer): Promise<void> {
    const number = this.#next;
    this.#next += 1;
    const stream = keyStreamOf(this.keys.node);
    const expected = this.#streams.get(stream);
    await this.store.append(stream, expected ?? 'no-stream', [
      sampleEvent({ node: this.keys.node, signer }, number, stream, name, data),
    ]);
    this.#streams.set(stream, (expected ?? -1n) + 1n);
  }

  /** Introduces the next event key and takes the present one away; what is appended from here on is signed with it. */
  async rotate(reason: 'superseded' | 'compromised' = 'superseded', compromisedFrom?: string): Promise<void> {
    const { node, signer: old } = this.keys;
    const kid = `${node}/${Number(old.kid.split('/')[1]) + 1}`;
    const { privateJwk, publicJwk } = generateKeyPair();
    const signer = signerFromJwk(privateJwk, kid);
    const key = { kid, alg: 'EdDSA', publicJwk, validFrom: VALID_FROM } as const;
    await this.say('key.introduced', { ...key, possession: provePossession(key, old.kid, signer) });
    await this.say('key.revoked', { kid: old.kid, reason, ...(compromisedFrom && { compromisedFrom }) }, signer);
    this.keys = { ...this.keys, signer };
  }

  /** Loses every event after the first `count`, as an event store put back from a backup; other events follow then. */
  forgetAfter(count: number): void {
    this.events.all.splice(count);
    this.#streams.clear();
    this.#next = 1_000;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
