import { encodeBase64url } from '../base64url.js';
import { headerText } from '../event-header.js';
import { generateKeyPair, type Signer, signerFromJwk } from '../keys.js';
import type { PrivateJwk } from '../signature-suite.js';
import { parseTrustList, type TrustList } from '../trust-list.js';
import { trustedNode } from '../trusted-node.js';

/** Two nodes that trust each other, with the signing key of the first. All invented. */
export interface TwoNodes {
  readonly privateJwk: PrivateJwk;
  readonly signer: Signer;
  /** A key that says it is `32/1` and is not. */
  readonly impostor: Signer;
  readonly trust: TrustList;
}

export const validFrom = '2026-01-01T00:00:00.000Z';

/** `period` replaces or ends the time in which key `32/1` is valid. */
export const twoNodes = (period: { validFrom?: string; validTo?: string; revokedAt?: string } = {}): TwoNodes => {
  const { privateJwk, publicJwk } = generateKeyPair();
  const fresh = () => generateKeyPair().publicJwk;
  const own = trustedNode('32', publicJwk, fresh(), validFrom);
  const nodes = [
    { ...own, eventKeys: own.eventKeys.map((key) => ({ ...key, ...period })) },
    trustedNode('31', fresh(), fresh(), validFrom),
  ];
  return {
    privateJwk,
    signer: signerFromJwk(privateJwk, '32/1'),
    impostor: signerFromJwk(generateKeyPair().privateJwk, '32/1'),
    trust: parseTrustList({ nodes }),
  };
};

export const sampleEvent = {
  specversion: '1.0',
  id: '0192f0c1-7a11-7c3e-9a54-3f1f6c6f0001',
  source: 'urn:delta-hub:node:32',
  type: 'cn.delta-hub.transfer.applied.v1',
  subject: 'transfer-0192f0c1-7a11-7c3e-9a54-3f1f6c6f0000',
  time: '2026-03-02T01:15:00.000Z',
  datacontenttype: 'application/json',
  data: { occurredAt: '2026-03-02T01:00:00.000Z', personId: 'T-320509-0001', reason: 'residence', note: '执行地变更' },
};

/** Signs any payload under any header, as a peer with a bug or bad will could. */
export const signRaw = (
  payload: string | Uint8Array,
  signer: Signer,
  header: string = headerText(signer.alg, signer.kid),
): string => {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const input = `${encodeBase64url(Buffer.from(header))}.${encodeBase64url(bytes)}`;
  return `${input}.${encodeBase64url(signer.sign(Buffer.from(input)))}`;
};
