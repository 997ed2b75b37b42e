import { GraphQLError } from 'graphql';

const MOST = 100;

interface Row<T> {
  readonly cursor: number;
  readonly node: T;
}

export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** One Relay page of rows that come newest first; cursors are opaque. At most 100 rows a page. */
export const page = <T>(
  { first, after }: { readonly first?: number | null; readonly after?: string | null },
  rowsBefore: (before: number | undefined, limit: number) => readonly Row<T>[],
): Page<T> => {
  const size = first ?? 20;
  if (size < 1 || size > MOST) throw invalid(`first is from 1 to ${MOST}`);
  const rows = rowsBefore(after == null ? undefined : decode(after), size + 1);
  const edges = rows.slice(0, size).map(({ cursor, node }) => ({ cursor: encode(cursor), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
};

const encode = (cursor: number): string => Buffer.from(`c:${cursor}`).toString('base64url');

const decode = (text: string): number => {
  const [, digits] = /^c:(\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString('ascii')) ?? [];
  if (digits === undefined) throw invalid('after is not a cursor of this list');
  return Number(digits);
};

const invalid = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
