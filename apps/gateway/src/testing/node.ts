import { GraphQLError } from 'graphql';
import { createGateway, type Gateway, type GatewayDeps } from '../gateway.js';
import { startSubgraph, type Subgraph } from './subgraph.js';

export const TOKEN = 'good.token';
export const PERSON = 'P-310112-0001';
export const TRANSFER = 'T-310112-0001';

const HANDOFF = /* GraphQL */ `
  scalar _Any
  union _Entity = Transfer | Fact
  type Query {
    person(id: ID!): Person
    transfer(id: ID!): Transfer
    worklist(first: Int): DutyConnection!
    quarantine(first: Int): RefusedRecordConnection!
    _entities(representations: [_Any!]!): [_Entity]!
  }
  type DutyConnection {
    edges: [DutyEdge!]!
  }
  type DutyEdge {
    cursor: String!
  }
  type RefusedRecordConnection {
    edges: [RefusedRecordEdge!]!
  }
  type RefusedRecordEdge {
    cursor: String!
  }
  type Person {
    id: ID!
    transfers: [Transfer!]!
    answerable: AnswerableInterval
  }
  type AnswerableInterval {
    agency: Agency!
  }
  type Agency {
    id: ID!
  }
  type Transfer {
    id: ID!
    status: String!
    facts: [Fact!]!
    person: Person!
  }
  type Fact {
    id: ID!
    type: String!
  }
`;

const LEDGER = /* GraphQL */ `
  scalar _Any
  union _Entity = Transfer | Fact
  type Query {
    ledgerEntry(eventId: ID!): LedgerEntry
    _entities(representations: [_Any!]!): [_Entity]!
  }
  type Transfer {
    id: ID!
    ledger: [LedgerEntry!]!
  }
  type Fact {
    id: ID!
    ledger: LedgerEntry
  }
  type LedgerEntry {
    eventId: ID!
    index: Int!
    proof: InclusionProof!
  }
  type InclusionProof {
    index: Int!
    treeSize: Int!
  }
`;

/** Ids at which the hand-off subgraph of the specs fails. */
export const FAILING = { coded: 'P-CODED', uncoded: 'P-UNCODED', internal: 'P-INTERNAL' } as const;

const transfer = { __typename: 'Transfer', id: TRANSFER, status: 'COMPLETED', facts: [{ id: 'F-1', type: 'opened' }] };

const handoffRoot = {
  person: ({ id }: { id: string }) => {
    if (id === FAILING.coded)
      throw new GraphQLError('Not for this role.', {
        extensions: {
          code: 'FORBIDDEN',
          serviceName: 'secret',
          stacktrace: ['at secret.js'],
          request: { url: 'secret' },
        },
      });
    if (id === FAILING.internal)
      throw new GraphQLError('relation secret_table is gone', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    if (id === FAILING.uncoded) throw new Error('relation secret_table is gone');
    return id === PERSON ? { id, transfers: [transfer], answerable: { agency: { id: 'A-310118' } } } : null;
  },
  transfer: ({ id }: { id: string }) => (id === TRANSFER ? transfer : null),
  worklist: () => ({ edges: [] }),
  quarantine: () => {
    throw new GraphQLError('Only operators.', { extensions: { code: 'FORBIDDEN' } });
  },
};

const entry = (eventId: string, index: number) => ({ eventId, index, proof: { index, treeSize: 12 } });

const ledgerRoot = {
  ledgerEntry: ({ eventId }: { eventId: string }) => entry(eventId, 3),
  _entities: ({ representations }: { representations: { __typename: string; id: string }[] }) =>
    representations.map(({ __typename, id }) =>
      __typename === 'Transfer'
        ? { __typename, id, ledger: [entry('F-1', 7), entry('F-2', 8)] }
        : { __typename, id, ledger: entry(id, 7) },
    ),
};

export interface SampleNode {
  readonly gateway: Gateway;
  readonly handoff: Subgraph;
  readonly ledger: Subgraph;
  close(): Promise<void>;
}

/** A gateway on a free port before two small subgraphs; believes {@link TOKEN} alone. */
export const startNode = async (deps: Partial<GatewayDeps> = {}): Promise<SampleNode> => {
  const handoff = await startSubgraph(HANDOFF, handoffRoot);
  const ledger = await startSubgraph(LEDGER, ledgerRoot);
  const gateway = await createGateway({
    node: 'sh',
    host: '127.0.0.1',
    port: 0,
    subgraphs: { handoff: handoff.url, ledger: ledger.url },
    verifyToken: (token) =>
      token === TOKEN
        ? Promise.resolve({} as Awaited<ReturnType<GatewayDeps['verifyToken']>>)
        : Promise.reject(tokenError(token === undefined ? 'TOKEN_MISSING' : 'TOKEN_ISSUER')),
    ...deps,
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    await Promise.all([handoff.close(), ledger.close()]);
  };
  return { gateway, handoff, ledger, close };
};

const tokenError = (code: string): Error => Object.assign(new Error(code), { code });

/** What a gateway answers: GraphQL's result or problem details. */
export interface Body {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Sends a body as it is. */
export const post = async (gateway: Gateway, body: BodyInit, headers: Record<string, string> = {}): Promise<Answer> => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
};

export const ask = (gateway: Gateway, query: string, headers?: Record<string, string>): Promise<Answer> =>
  post(gateway, JSON.stringify({ query }), headers);
