import { getOperationAST, Kind, parse, type SelectionSetNode } from 'graphql';
import { isDeepStrictEqual } from 'node:util';
import type { GraphqlRequest } from './request.js';

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly locations?: readonly unknown[] | undefined;
  readonly extensions?: { readonly code?: unknown } | undefined;
}

/** Why subgraphs gave no data at all, in the course of one request. */
export type Reasons = GraphqlError[];

/**
 * Keeps what a subgraph says when a field that must not be null takes its whole answer away. The runtime asks several
 * root fields at once as `_v<n>_<name>` and gives the reason to its own field only: the others look null for no reason.
 */
export const keepReasons = (
  { data, errors }: { readonly data?: unknown; readonly errors?: readonly GraphqlError[] },
  reasons: Reasons,
): void => {
  if (data != null) return;
  for (const { message, path, extensions } of errors ?? []) {
    const [root, ...inner] = path ?? [];
    if (typeof root !== 'string') continue;
    const name = root.replace(/^_v\d+_/, '');
    // Of what the runtime asks on its own account, `_entities`, it tells the reasons itself.
    if (!name.startsWith('_')) reasons.push({ message, path: [name, ...inner], extensions });
  }
};

/** The errors of an answer, with the reasons in the place of nulls that the runtime could not explain. */
export const explained = (
  errors: readonly GraphqlError[],
  reasons: Reasons,
  request: GraphqlRequest,
): readonly GraphqlError[] => {
  const isUnexplained = ({ path, extensions }: GraphqlError): boolean =>
    path !== undefined && extensions?.code === undefined;
  if (reasons.length === 0 || !errors.some(isUnexplained)) return errors;
  const told = errors.filter((error) => !isUnexplained(error));
  const keyOf = rootKeys(request);
  return [
    ...told,
    ...reasons
      .map(({ path: [name, ...inner] = [], ...reason }) => ({ ...reason, path: [keyOf(String(name)), ...inner] }))
      .filter(({ path }) => !told.some((error) => isDeepStrictEqual(error.path, path))),
  ];
};

/** The name that a caller gave to a root field: subgraphs are asked without it. */
const rootKeys = ({ query, operationName }: GraphqlRequest): ((field: string) => string) => {
  const document = parse(query);
  const keys = new Map<string, string>();
  const collect = (set: SelectionSetNode | undefined): void => {
    for (const one of set?.selections ?? []) {
      if (one.kind === Kind.INLINE_FRAGMENT) collect(one.selectionSet);
      else if (one.kind === Kind.FIELD) keys.set(one.name.value, (one.alias ?? one.name).value);
      else
        for (const definition of document.definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === one.name.value)
            collect(definition.selectionSet);
    }
  };
  collect(getOperationAST(document, operationName)?.selectionSet);
  return (field) => keys.get(field) ?? field;
};
