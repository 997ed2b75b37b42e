import { fileURLToPath } from 'node:url';

const TYPES: Readonly<Record<string, string>> = {
  'verify.mjs': 'text/javascript; charset=utf-8',
  'verify.html': 'text/html; charset=utf-8',
};

/** Where a file of the offline verifier lies, and its media type; undefined for any other name. */
export const verifierPath = (name: string): { readonly path: string; readonly type: string } | undefined => {
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) return undefined;
  // The same place from src and from dist.
  return { path: fileURLToPath(new URL(`../../verifier/${name}`, import.meta.url)), type };
};
