import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { describeEventStoreContract } from '@delta-hub/event-store/testing';
import { freshPrefix, givenServer } from './given-server.js';

describeEventStoreContract('@kurrent/kurrentdb-client', async () => {
  const server = await givenServer();
  const prefix = freshPrefix();
  return {
    connect: (now) =>
      openKurrentEventStore({
        connectionString: server.connectionString,
        prefix,
        ...(now === undefined ? {} : { now }),
      }),
    dispose: () => Promise.resolve(server.stop()),
  };
});
