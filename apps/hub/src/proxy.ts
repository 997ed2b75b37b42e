import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** What of a request is passed on, and what of its answer: nothing that is between two neighbours only. */
const ASKED = ['authorization', 'accept', 'accept-encoding', 'if-none-match'] as const;
const ANSWERED = [
  ...['content-type', 'content-length', 'content-encoding', 'content-disposition', 'cache-control', 'vary', 'etag'],
  ...['allow', 'www-authenticate'],
] as const;

/**
 * Passes a request without its body on to `url` and the answer back, byte for byte as it comes and only as fast as the
 * caller reads it; a caller who goes away ends it at the other end too.
 * @throws Error when there is no answer; one that breaks off breaks off for the caller
 */
export const passOn = async (url: string, req: IncomingMessage, res: ServerResponse): Promise<void> => {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = picked(req.headers, ASKED);
    const asked = request(url, { method: req.method ?? 'GET', headers, agent: false });
    asked.once('response', resolve).on('error', reject).end();
    res.once('close', () => asked.destroy());
  });
  res.writeHead(answer.statusCode ?? 502, picked(answer.headers, ANSWERED));
  try {
    await pipeline(answer, res);
  } catch {
    // One of the two has gone: the other has been let go of.
    res.destroy();
  }
};

const picked = (headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string | string[]> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
