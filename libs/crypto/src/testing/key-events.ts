import { encodeBase64url } from '../base64url.js';
import { signEvent } from '../envelope.js';
import { digest } from '../digest.js';
import { keyStreamOf, type NewKey, nodeOfKeyId, provePossession } from '../key-events.js';
import { generateKeyPair, type Signer, signerFromJwk } from '../keys.js';
import { parseTrustList } from '../trust-list.js';
import { trustedNode } from '../trusted-node.js';

export const FIRST = '2026-01-01T00:00:00.000Z';

/** Three invented nodes with their first keys. */
export const makeNodes = () => {
  const made = ['31', '32', '33'].map((node) => ({ node, event: generateKeyPair(), ledger: generateKeyPair() }));
  const list = made.map(({ node, event, ledger }) => trustedNode(node, event.publicJwk, ledger.publicJwk, FIRST));
  return {
    trust: parseTrustList({ nodes: list }),
    signers: Object.fromEntries(
      made.map(({ node, event }) => [node, signerFromJwk(event.privateJwk, `${node}/1`)]),
    ) as Record<'31' | '32' | '33', Signer>,
  };
};

let count = 0;

/** A signed event of the signer's node. */
export const eventBy = (signer: Signer, time: string, type = 'transfer.decided', data: object = {}): string => {
  const node = nodeOfKeyId(signer.kid)!;
  count += 1;
  const id = `01958f00-0000-7000-8000-${count.toString(16).padStart(12, '0')}`;
  const subject = type.startsWith('key.') ? keyStreamOf(node) : 'transfer-0192f0c1-7a11-7c3e-9a54-3f1f6c6f0000';
  const wire = `cn.delta-hub.${type}.v1`;
  const source = `urn:delta-hub:node:${node}`;
  return signEvent({ specversion: '1.0', id, source, type: wire, subject, time, data }, signer);
};

/** A new key with its holder. */
export const freshKey = (kid: string, validFrom: string): { readonly key: NewKey; readonly holder: Signer } => {
  const pair = generateKeyPair();
  return {
    key: { kid, alg: 'EdDSA', publicJwk: pair.publicJwk, validFrom },
    holder: signerFromJwk(pair.privateJwk, kid),
  };
};

export const introducedBy = (
  signer: Signer,
  { key, holder }: ReturnType<typeof freshKey>,
  time: string,
  possession = provePossession(key, signer.kid, holder),
): string => eventBy(signer, time, 'key.introduced', { ...key, possession });

export const revokedBy = (signer: Signer, time: string, kid: string, reason: string, from?: string): string =>
  eventBy(signer, time, 'key.revoked', { kid, reason, ...(from === undefined ? {} : { compromisedFrom: from }) });

export const reattestedBy = (signer: Signer, time: string, kid: string, jws: string): string => {
  const { id } = JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as { id: string };
  return eventBy(signer, time, 'key.reattested', { kid, events: [{ id, digest: digest(Buffer.from(jws)) }] });
};

export const noProof = encodeBase64url(new Uint8Array(64));
