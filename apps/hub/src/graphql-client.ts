import { HubFault } from './faults.js';

interface GraphqlAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const RETRY_FOR_MS = 60_000;
const TRANSIENT = new Set(['SUBGRAPH_UNAVAILABLE', 'STORE_UNAVAILABLE', 'NODE_NOT_READY']);

/**
 * Asks a node. A node that is just being started again is waited for, up to a minute: every mutation carries an idempotency key.
 * @throws HubFault `TIMED_OUT` when it does not come back, `STEP_REFUSED` when it answers with an error
 */
export const ask = async <T>(
  url: string,
  token: string,
  query: string,
  variables: Record<string, unknown>,
): Promise<T> => {
  const until = Date.now() + RETRY_FOR_MS;
  for (;;) {
    const answer = await tryOnce(url, token, query, variables);
    if (answer?.data && answer.errors === undefined) return answer.data as T;
    const error = answer?.errors?.[0];
    if (error !== undefined && !TRANSIENT.has(error.extensions?.code ?? ''))
      throw new HubFault('STEP_REFUSED', `${error.extensions?.code ?? 'ERROR'}: ${error.message}`);
    if (Date.now() > until) throw new HubFault('TIMED_OUT', `no answer from ${url} within ${RETRY_FOR_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** Undefined when nobody answered, or answered that it cannot yet. */
const tryOnce = async (
  url: string,
  token: string,
  query: string,
  variables: object,
): Promise<GraphqlAnswer | undefined> => {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(30_000),
    });
    if (response.status >= 500) return undefined;
    const body = (await response.json()) as GraphqlAnswer & { code?: string; detail?: string };
    return body.code === undefined
      ? body
      : { errors: [{ message: body.detail ?? body.code, extensions: { code: body.code } }] };
  } catch {
    return undefined; // nobody listens: the node is being started again, and the caller counts the time
  }
};
