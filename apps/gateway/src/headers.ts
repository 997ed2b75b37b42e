import { isTraceparent } from '@delta-hub/contracts';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The only headers that reach a subgraph. */
export const FORWARDED = ['authorization', 'traceparent', 'x-request-id'] as const;

export type ForwardedHeaders = { readonly 'x-request-id': string } & {
  readonly [name in (typeof FORWARDED)[number]]?: string;
};

const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** What is handed on of a caller's headers: values of another form are dropped, and a request without an id gets one. */
export const forwardedHeaders = (headers: IncomingHttpHeaders): ForwardedHeaders => {
  const { authorization, traceparent } = headers;
  const id = headers['x-request-id'];
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(isTraceparent(traceparent) ? { traceparent } : {}),
    'x-request-id': typeof id === 'string' && REQUEST_ID.test(id) ? id : randomUUID(),
  };
};
