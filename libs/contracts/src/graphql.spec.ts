import { describe, expect, it } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { Kind, parse } from 'graphql';
import { AGENCIES, RECIPIENTS, handoffSdl, ledgerSdl, SCHEMAS, supergraphSdl } from './index.js';

/** The values of an enum of the handoff SDL. */
const graphqlEnum = (name: string): readonly string[] =>
  parse(handoffSdl).definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === name
      ? (definition.values ?? []).map((value) => value.name.value)
      : [],
  );

/** The values of an enum at a place in a schema. */
const schemaEnum = (schema: string, ...path: readonly string[]): readonly string[] =>
  [...path, 'enum'].reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    SCHEMAS[schema],
  ) as string[];

describe('an enum is the same in events and in GraphQL', () => {
  it.each([
    ['CorrectionCategory', schemaEnum('defs.v1', '$defs', 'category')],
    ['DocumentKind', schemaEnum('defs.v1', '$defs', 'document', 'properties', 'kind')],
    ['TransferReason', schemaEnum('transfer.applied.v1', 'properties', 'reason')],
    ['WithdrawalReason', schemaEnum('transfer.withdrawn.v1', 'properties', 'reason')],
    ['RefusedCheck', schemaEnum('refusal.issued.v1', 'properties', 'check')],
  ])('%s', (name, values) => expect(graphqlEnum(name)).toEqual(values));

  it('AgencyLevel, which the directory uses', () => {
    expect(new Set(graphqlEnum('AgencyLevel'))).toEqual(
      new Set([...AGENCIES, ...RECIPIENTS].map(({ level }) => level)),
    );
  });

  it('RefusalGround, whose GraphQL names cannot hold a hyphen', () => {
    const grounds = schemaEnum('transfer.consultation-replied.v1', 'properties', 'ground');
    expect(graphqlEnum('RefusalGround')).toEqual(grounds.map((ground) => ground.replaceAll('-', '_')));
  });
});

describe('the supergraph', () => {
  it('is what the committed subgraphs compose to', () => {
    const services = [
      { name: 'handoff', typeDefs: parse(handoffSdl), url: 'http://handoff.invalid/graphql' },
      { name: 'ledger', typeDefs: parse(ledgerSdl), url: 'http://ledger.invalid/graphql' },
    ];
    expect(composeServices(services).supergraphSdl).toBe(supergraphSdl);
  });
});
