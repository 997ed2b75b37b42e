import {
  generateKeyPair,
  parseTrustList,
  signerFromJwk,
  trustedHistory,
  type TrustedNode,
  trustedNode,
} from '@delta-hub/crypto';
import type { SubscriberState } from '@delta-hub/handoff-app';
import type { LedgerHealth } from '@delta-hub/ledger-app/service';
import { ReadinessProbe } from '../readiness.js';

const NOW = '2025-03-10T01:30:00.000Z';
const FROM = '2020-07-01T00:00:00.000Z';

export const log: LedgerHealth = { size: 5, behind: 0, publishedAt: NOW, witnessing: undefined, fault: undefined };

export const follows = (behind: number, fault?: string): SubscriberState => ({
  name: 'consumer-31',
  position: '0:7',
  behind,
  fault,
});

const trustedAs = (node: string, key: ReturnType<typeof generateKeyPair>): TrustedNode =>
  trustedNode(node, key.publicJwk, generateKeyPair().publicJwk, FROM);

/** Node 32 as its parts tell of it, all well at first; a test changes what it is about. */
export class ToldNode {
  signing = generateKeyPair();
  trusted: readonly TrustedNode[] = [trustedAs('32', this.signing), trustedAs('31', generateKeyPair())];
  ledger = log;
  subscribers: readonly SubscriberState[] = [follows(0)];
  missing = 0;
  head: () => Promise<bigint | undefined> = () => Promise.resolve(7n);
  ms = 0;

  readonly probe = new ReadinessProbe(
    {
      node: '32',
      peers: ['31'],
      store: { head: () => this.head() },
      keys: () => Promise.resolve(trustedHistory(parseTrustList({ nodes: this.trusted }), '32')),
      signer: {
        kid: '32/1',
        alg: 'EdDSA',
        sign: (bytes) => signerFromJwk(this.signing.privateJwk, '32/1').sign(bytes),
      },
      clock: { now: () => NOW },
      handoff: {
        subscribers: () => Promise.resolve(this.subscribers),
        held: () => 0,
        peers: () => [{ id: '31', missingFacts: this.missing }],
      },
      ledger: { health: () => Promise.resolve(this.ledger) },
    },
    () => this.ms,
  );
}
