import { IncomingMessage, ServerResponse } from 'node:http';
import { All, Controller, Req, Res } from '@nestjs/common';
import { TileApi } from './tile-api.js';

const PREFIX = '/ledger/';

/** `GET` and `HEAD` of `/ledger/...`: the log's read API on HTTP. */
@Controller()
export class TileController {
  readonly #api: TileApi;

  constructor(api: TileApi) {
    this.#api = api;
  }

  @All('ledger/*path')
  async answer(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const { status, headers, body } = await this.#api.answer(
      path.slice(PREFIX.length),
      request.headers,
      request.method,
    );
    const length = status === 304 ? {} : { 'content-length': body.length };
    response.writeHead(status, { ...headers, ...length }).end(body);
  }
}
