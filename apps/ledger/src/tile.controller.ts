import { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { TileApi } from './tile-api.js';

const PREFIX = '/ledger/';

/** `GET /ledger/...`: the log's read API on HTTP. */
@Controller()
export class TileController {
  readonly #api: TileApi;

  constructor(api: TileApi) {
    this.#api = api;
  }

  @Get('ledger/*path')
  async get(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const { status, headers, body } = await this.#api.answer(path.slice(PREFIX.length), request.headers);
    response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
  }
}
