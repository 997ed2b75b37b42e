import { supergraphSdl } from '@delta-hub/contracts';
import {
  buildASTSchema,
  GraphQLError,
  type GraphQLScalarType,
  Kind,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import { isDay, isInstant } from './calendar.js';

/** The public API of a node, both of its services. */
export const api = buildASTSchema(parse(supergraphSdl), { assumeValidSDL: true });

/** Has the values of a scalar in inputs checked. */
const check = (name: string, isOne: (text: string) => boolean, form: string): void => {
  const scalar = api.getType(name) as GraphQLScalarType;
  scalar.parseValue = (value) => {
    if (typeof value !== 'string' || !isOne(value)) throw new GraphQLError(`${JSON.stringify(value)} is no ${form}`);
    return value;
  };
};
const RFC_3339 = /^[^T]+T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;
check('Date', isDay, 'day of the calendar, YYYY-MM-DD');
check(
  'DateTime',
  (text) => RFC_3339.test(text) && isInstant(text),
  'instant of the calendar, with seconds and offset: 2025-03-10T09:30:00+08:00',
);

/** Why a text is no query that the API would read; undefined when it is one. Its variables are left to the API. */
export const queryFault = (text: string): string | undefined => {
  try {
    const document = parse(text);
    const isAct = document.definitions.some(
      (one) => one.kind === Kind.OPERATION_DEFINITION && one.operation !== OperationTypeNode.QUERY,
    );
    return isAct ? 'not a query: an act is a step with `do`' : validate(api, document)[0]?.message;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return `not a GraphQL query: ${error.message}`;
  }
};
