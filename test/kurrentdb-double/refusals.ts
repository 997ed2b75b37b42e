/** How a call is refused that is not one of many over a batch stream: a status, and headers that name it. */
import { Metadata, status } from '@grpc/grpc-js';

const refusal = (code: status, details: string, headers: Readonly<Record<string, string>> = {}): object => {
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
