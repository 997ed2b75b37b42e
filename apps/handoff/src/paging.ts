import { GraphQLError } from 'graphql';

const MOST = 100;

interface Row<C, T> {
  readonly cursor: C;
  readonly node: T;
}

export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** One Relay page of rows that come newest first; cursors are opaque. At most 100 rows a page. */
export const page = <T>(
  args: PageArgs,
  rowsBefore: (before: number | undefined, limit: number) => readonly Row<number, T>[],
): Page<T> =>
  pageBy(args, placeNumber, (before, limit) =>
    rowsBefore(before, limit).map(({ cursor, node }) => ({ cursor: String(cursor), node })),
  );

/** The same of rows in any order, each with its place in it as text; `read` takes a place back, undefined when it is none. */
export const pageBy = <P, T>(
  { first, after }: PageArgs,
  read: (place: string) => P | undefined,
  rowsAfter: (after: P | undefined, limit: number) => readonly Row<string, T>[],
): Page<T> => {
  const size = first ?? 20;
  if (size < 1 || size > MOST) throw invalid(`first is from 1 to ${MOST}`);
  const rows = rowsAfter(after == null ? undefined : placeOf(after, read), size + 1);
  const edges = rows.slice(0, size).map(({ cursor, node }) => ({ cursor: encode(cursor), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
};

const encode = (place: string): string => Buffer.from(`c:${place}`).toString('base64url');

const placeNumber = (place: string): number | undefined => (/^\d{1,15}$/.test(place) ? Number(place) : undefined);

const placeOf = <P>(cursor: string, read: (place: string) => P | undefined): P => {
  const [, text] = /^c:(.{1,200})$/.exec(Buffer.from(cursor, 'base64url').toString('ascii')) ?? [];
  const place = text === undefined ? undefined : read(text);
  if (place === undefined) throw invalid('after is not a cursor of this list');
  return place;
};

const invalid = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
