import { handoffSdl } from '@delta-hub/contracts';
import { coerceInputValue, type FieldDefinitionNode, type GraphQLInputType, Kind, parse, type TypeNode } from 'graphql';
import { api } from './api-schema.js';

/** A command of the public API, as its schema declares it. */
export interface Mutation {
  readonly name: string;
  /** The type of the argument `input`. */
  readonly inputType: string;
  /** The fields that the input has. */
  readonly fields: ReadonlySet<string>;
  /** The type that says the act is recorded, and whether it names the transfer. */
  readonly accepted: string;
  readonly namesTransfer: boolean;
}

const { definitions } = parse(handoffSdl);

const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type));

const fieldsOf = (
  kind: Kind.OBJECT_TYPE_DEFINITION | Kind.INPUT_OBJECT_TYPE_DEFINITION,
  name: string,
): readonly string[] =>
  definitions.flatMap((one) =>
    one.kind === kind && one.name.value === name ? (one.fields ?? []).map((field) => field.name.value) : [],
  );

const membersOf = (union: string): readonly string[] =>
  definitions.flatMap((one) =>
    one.kind === Kind.UNION_TYPE_DEFINITION && one.name.value === union ? (one.types ?? []).map(named) : [],
  );

const read = (field: FieldDefinitionNode): readonly [string, Mutation] => {
  const name = field.name.value;
  const input = field.arguments?.find((argument) => argument.name.value === 'input');
  const inputType = input === undefined ? '' : named(input.type);
  const accepted = membersOf(named(field.type)).find((member) => member.endsWith('Recorded')) ?? '';
  const namesTransfer = fieldsOf(Kind.OBJECT_TYPE_DEFINITION, accepted).includes('transfer');
  return [
    name,
    {
      name,
      inputType,
      fields: new Set(fieldsOf(Kind.INPUT_OBJECT_TYPE_DEFINITION, inputType)),
      accepted,
      namesTransfer,
    },
  ];
};

const mutations: ReadonlyMap<string, Mutation> = new Map(
  definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Mutation' ? (one.fields ?? []).map(read) : [],
  ),
);

export const mutationOf = (name: string): Mutation | undefined => mutations.get(name);

/** The GraphQL text of a command; its answer is `result`. */
export const textOf = ({ name, inputType, accepted, namesTransfer }: Mutation): string =>
  `mutation Act($key: ID!, $input: ${inputType}!) { result: ${name}(idempotencyKey: $key, input: $input) { __typename ` +
  `... on ${accepted} { facts { id } ${namesTransfer ? 'transfer { id }' : ''} } ... on Refusal { code message } } }`;

/** What is wrong with the input of a command, with its place in it; undefined when the API would read it. */
export const inputFault = ({ inputType }: Mutation, input: unknown): string | undefined => {
  const type = api.getType(inputType) as GraphQLInputType | undefined;
  if (type === undefined) return undefined;
  const faults: string[] = [];
  coerceInputValue(input, type, (path, _value, error) => {
    const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
    faults.push(`${place}: ${error.message}`);
  });
  return faults[0];
};

/** The values of an enum of the API. */
export const valuesOf = (name: string): readonly string[] =>
  definitions.flatMap((one) =>
    one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === name
      ? (one.values ?? []).map((value) => value.name.value)
      : [],
  );
