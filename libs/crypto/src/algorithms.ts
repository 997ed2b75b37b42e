import { ed25519 } from './ed25519.js';
import type { SignatureAlgorithm, SignatureSuite } from './signature-suite.js';

/**
 * The one table of signature algorithms. Below it only the rows travel: no other file asks for a name.
 * A second suite (SM2 with SM3) is a row here and a member of `SignatureAlgorithm`. Which row fits a signature comes
 * from the key in the trust list; the header of a message is compared with it and never chooses.
 */
const suites: Readonly<Record<SignatureAlgorithm, SignatureSuite>> = {
  EdDSA: ed25519,
};

export const algorithms = Object.keys(suites) as readonly SignatureAlgorithm[];

export const isAlgorithm = (name: unknown): name is SignatureAlgorithm =>
  typeof name === 'string' && Object.hasOwn(suites, name);

export const suiteOf = (algorithm: SignatureAlgorithm): SignatureSuite => suites[algorithm];
