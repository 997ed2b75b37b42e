import { algorithms, suiteOf } from './algorithms.js';
import type { SignatureAlgorithm } from './signature-suite.js';
import { nodeOfKid } from './trusted-node.js';

/** What the protected header of a signed event says. */
export interface EventHeader {
  readonly alg: SignatureAlgorithm;
  readonly kid: string;
  readonly signatureBytes: number;
}

const beforeKid = (alg: SignatureAlgorithm): string => `{"alg":"${alg}","kid":"`;
const afterKid = '","typ":"hub-event+jws"}';

/** The one text of a protected header: three members in canonical order, nothing else, no white space. */
export const headerText = (alg: SignatureAlgorithm, kid: string): string => `${beforeKid(alg)}${kid}${afterKid}`;

/**
 * What a header says when it is one of the registered texts, one per algorithm and key id. Found by comparing strings;
 * the header is never parsed. Whether the key id is known, and bound to this algorithm, the trust list answers.
 */
export const registeredHeader = (text: string): EventHeader | undefined => {
  const header = seen.get(text) ?? readHeader(text);
  if (header !== undefined && seen.size < MOST_SEEN) seen.set(text, header);
  return header;
};

/** Headers that were read: a log has thousands of events with the same one. Whoever sends others does not grow it for ever. */
const seen = new Map<string, EventHeader>();
const MOST_SEEN = 256;

const readHeader = (text: string): EventHeader | undefined => {
  for (const alg of algorithms) {
    const kid = text.slice(beforeKid(alg).length, -afterKid.length);
    if (nodeOfKid(kid) !== undefined && text === headerText(alg, kid))
      return { alg, kid, signatureBytes: suiteOf(alg).signatureBytes };
  }
  return undefined;
};
