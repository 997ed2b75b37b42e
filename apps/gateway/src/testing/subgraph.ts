import { buildSchema, graphql, type GraphQLSchema, type GraphQLUnionType } from 'graphql';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as a subgraph got it. */
export interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly query: string;
}

export interface Subgraph {
  readonly url: string;
  /** What was asked, oldest first. */
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** A subgraph for specs: graphql-js behind plain HTTP on a free port of the loopback address. */
export const startSubgraph = async (sdl: string, rootValue: object): Promise<Subgraph> => {
  const schema = withTypenames(buildSchema(sdl));
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    void bodyOf(req).then(async (body) => {
      const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
      seen.push({ headers: req.headers, query });
      const result = await graphql({ schema, source: query, rootValue, variableValues: variables ?? null });
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Members of unions are told apart by the `__typename` of the value. */
const withTypenames = (schema: GraphQLSchema): GraphQLSchema => {
  const entity = schema.getType('_Entity') as GraphQLUnionType | undefined;
  if (entity !== undefined) entity.resolveType = (value: unknown) => (value as { __typename: string }).__typename;
  return schema;
};

const bodyOf = async (req: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};
