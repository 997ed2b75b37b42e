import { isTraceparent } from '@delta-hub/contracts';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The only headers that reach a subgraph. */
export const FORWARDED = ['authorization', 'traceparent', 'x-request-id'] as const;

export type ForwardedHeaders = { readonly 'x-request-id': string } & {
  readonly [name in (typeof FORWARDED)[number]]?: string;
};

const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** The trace that a caller's request belongs to; a value of another form is none. */
export const traceOf = ({ traceparent }: IncomingHttpHeaders): string | undefined =>
  isTraceparent(traceparent) ? traceparent : undefined;

/**
 * What is handed on of a caller's headers: values of another form are dropped, and a request without an id gets one.
 * `traceparent` goes before the caller's.
 */
export const forwardedHeaders = (headers: IncomingHttpHeaders, traceparent = traceOf(headers)): ForwardedHeaders => {
  const { authorization } = headers;
  const id = headers['x-request-id'];
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(traceparent === undefined ? {} : { traceparent }),
    'x-request-id': typeof id === 'string' && REQUEST_ID.test(id) ? id : randomUUID(),
  };
};
