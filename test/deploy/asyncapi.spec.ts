import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const CONTRACTS = new URL('../../libs/contracts/', import.meta.url);
const document = parse(readFileSync(new URL('asyncapi.yaml', CONTRACTS), 'utf8')) as Readonly<Record<string, unknown>>;
// AsyncAPI's own schema of a document of this version.
const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object;

const faultsOf = (candidate: unknown): readonly string[] => {
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
  ajv.validate(schema, candidate);
  return (ajv.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
};

const referencesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
};

/** What a reference leads to: a place in the document, or a file beside it. */
const leadsSomewhere = (reference: string): boolean => {
  if (!reference.startsWith('#/')) return existsSync(fileURLToPath(new URL(reference, CONTRACTS)));
  const steps = reference.slice(2).split('/');
  return (
    steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document) !== undefined
  );
};

describe('the AsyncAPI document of the topics', () => {
  it('is one, by the schema of AsyncAPI 3.0', () => {
    expect(faultsOf(document)).toEqual([]);
  });

  it('would not pass with a fault', () => {
    expect(faultsOf({ ...document, channels: { events: { adress: 'x' } } })).not.toEqual([]);
  });

  it('refers to nothing that is not there', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((reference) => !leadsSomewhere(reference))).toEqual([]);
  });
});
