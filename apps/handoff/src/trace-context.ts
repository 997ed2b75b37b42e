import { isTraceparent } from '@delta-hub/contracts';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';

const current = new AsyncLocalStorage<string>();

/** Keeps a request's `traceparent` for everything that is done on its account; one of another form is dropped. */
export const withTrace = ({ headers }: IncomingMessage, _res: ServerResponse, next: () => void): void => {
  const { traceparent } = headers;
  if (isTraceparent(traceparent)) current.run(traceparent, next);
  else next();
};

/** The trace that the work in hand belongs to; a fact carries it on to whoever receives it. */
export const currentTrace = (): string | undefined => current.getStore();
