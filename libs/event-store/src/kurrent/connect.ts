import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { EventStoreError } from '../event-store.js';

/** A client. What the library says of an address that it does not take has the password in it, so it is not passed on. */
export const connect = (connectionString: string): KurrentDBClient => {
  try {
    return KurrentDBClient.connectionString(connectionString);
  } catch {
    throw new EventStoreError('UNAVAILABLE', 'KurrentDB: the client does not take this connection string');
  }
};
