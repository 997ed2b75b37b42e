import type { Server, ServerResponse } from 'node:http';

const ANSWERS_END_WITHIN_MS = 5_000;

/**
 * How a server stops: it takes nothing new, lets the answers under way end (5 s at most), then drops every connection,
 * also those on which nothing was ever asked. May be called again.
 */
export const stopping = (server: Server): (() => Promise<void>) => {
  const underWay = new Set<ServerResponse>();
  let isStopping = false;
  const dropWhenDone = (): void => {
    if (isStopping && underWay.size === 0) server.closeAllConnections();
  };
  server.on('request', (_req, res: ServerResponse) => {
    underWay.add(res);
    res.once('close', () => {
      underWay.delete(res);
      dropWhenDone();
    });
  });
  return async () => {
    isStopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    dropWhenDone();
    const force = setTimeout(() => server.closeAllConnections(), ANSWERS_END_WITHIN_MS);
    await closed;
    clearTimeout(force);
  };
};
