import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** W3C Trace Context, section 3.2.2, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const current = new AsyncLocalStorage<string>();

/** Keeps a request's `traceparent` for everything that is done on its account; one of another form is dropped. */
export const withTrace = ({ headers }: IncomingMessage, _res: ServerResponse, next: () => void): void => {
  const { traceparent } = headers;
  if (typeof traceparent === 'string' && TRACEPARENT.test(traceparent)) current.run(traceparent, next);
  else next();
};

/** The trace that the work in hand belongs to; a fact carries it on to whoever receives it. */
export const currentTrace = (): string | undefined => current.getStore();
