import { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ReplayApi } from './replay-api.js';
import type { ReplayLine } from './replay-lines.js';

/** `GET /ledger/replay.ndjson`: a replay, one JSON object a line, made no faster than the caller reads it. */
@Controller()
export class ReplayController {
  readonly #api: ReplayApi;

  constructor(api: ReplayApi) {
    this.#api = api;
  }

  @Get('ledger/replay.ndjson')
  async get(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const [, query = ''] = (request.url ?? '').split('?', 2);
    const answer = await this.#api.answer(new URLSearchParams(query), request.headers);
    if ('body' in answer) {
      const headers = { ...answer.headers, 'content-length': answer.body.length };
      response.writeHead(answer.status, headers).end(answer.body);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    if (request.method === 'HEAD') response.end();
    else await written(answer.lines, response);
  }
}

/** Whoever breaks off, the caller or the replay, has said so by not sending the last line. */
const written = async (lines: AsyncIterable<ReplayLine>, response: ServerResponse): Promise<void> => {
  try {
    await pipeline(Readable.from(texts(lines)), response);
  } catch {
    response.destroy();
  }
};

async function* texts(lines: AsyncIterable<ReplayLine>): AsyncGenerator<string, void> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
