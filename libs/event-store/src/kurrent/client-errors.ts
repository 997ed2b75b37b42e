import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { EventStoreError } from '../event-store.js';

/** What a failed append means. Whatever is not known to have stored nothing may have stored everything. */
export const appendFault = (error: unknown): WrongExpectedVersionError | EventStoreError => {
  if (error instanceof WrongExpectedVersionError || error instanceof EventStoreError) return error;
  if (error instanceof MaxAppendSizeExceededError) return fault('INVALID_EVENT', 'the append is too large', error);
  return known(error) ?? fault('OUTCOME_UNKNOWN', `the answer to an append is missing: ${detailOf(error)}`, error);
};

/** What a failed read means. */
export const readFault = (error: unknown): EventStoreError => {
  if (error instanceof EventStoreError) return error;
  return known(error) ?? unavailable('cannot be read', error);
};

/** What may go by itself. */
export const unavailable = (message: string, cause: unknown): EventStoreError =>
  fault('UNAVAILABLE', `${message}: ${detailOf(cause)}`, cause);

export const isNotFound = (error: unknown): boolean => error instanceof StreamNotFoundError;

const known = (error: unknown): EventStoreError | undefined => {
  if (error instanceof AccessDeniedError) return fault('UNAVAILABLE', 'the server denies access', error);
  if (error instanceof StreamDeletedError) return fault('SUBSTRATE_TAMPERED', 'a stream was deleted', error);
  return undefined;
};

const fault = (code: EventStoreError['code'], message: string, cause: unknown): EventStoreError =>
  new EventStoreError(code, `KurrentDB: ${message}`, { cause });

/** The server shows what cannot be, or no more what was there. */
export const tampered = (detail: string): EventStoreError =>
  new EventStoreError('SUBSTRATE_TAMPERED', `KurrentDB: ${detail}`);

/** The client's messages are often empty; its classes and codes never. */
const detailOf = (error: unknown): string => {
  const { constructor, message, code } = error as Error & { code?: unknown };
  return [constructor.name, code, message].filter((part) => part !== undefined && part !== '').join(' ');
};

/** Gives up waiting for the client, which may wait for ever. The call itself goes on: its outcome is not known. */
export const withinTime = <T>(work: Promise<T>, ms: number, code: 'OUTCOME_UNKNOWN' | 'UNAVAILABLE'): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new EventStoreError(code, `KurrentDB: no answer within ${ms} ms`)), ms);
    const settle =
      <V>(how: (value: V) => void) =>
      (value: V): void => {
        clearTimeout(timer);
        how(value);
      };
    work.then(settle(resolve), settle(reject));
  });
