import type { Primitives } from '../evidence/offline/primitives.js';
import type * as Bundles from '../evidence/offline/verify-bundle.js';
import type * as Events from '../evidence/offline/event.js';
import type * as Signatures from '../evidence/offline/primitives.js';

/** What verify.mjs exports. */
export type Verifier = typeof Bundles & typeof Events & typeof Signatures;

/** The committed file itself, not the sources from which it was made. */
export const verifyFile = new URL('../../verifier/verify.mjs', import.meta.url);
export const verifier = (await import(verifyFile.href)) as Verifier & { readonly nodePrimitives: Primitives };
export const { nodePrimitives } = verifier;
