/** How a call is refused: a status, and headers that name the reason to the client. */
import { Metadata, status } from '@grpc/grpc-js';
import type { ExpectedState } from './database.js';

export const refusal = (code: status, details: string, headers: Readonly<Record<string, string>> = {}): object => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return { code, details, metadata };
};

export const deletedError = (name: string): object =>
  refusal(status.FAILED_PRECONDITION, `Event stream '${name}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': name,
  });

export const accessDenied = (): object =>
  refusal(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

export const wrongExpectedVersion = (name: string, expected: ExpectedState, actual: bigint | undefined): object =>
  refusal(status.FAILED_PRECONDITION, '', {
    exception: 'wrong-expected-version',
    'stream-name': name,
    'expected-version': String(typeof expected === 'bigint' ? expected : NUMBER_OF[expected]),
    ...(actual !== undefined && { 'actual-version': String(actual) }),
  });

const NUMBER_OF = { no_stream: -1, any: -2, stream_exists: -4 } as const;
