import { IncomingMessage, ServerResponse } from 'node:http';
import { All, Controller, Req, Res } from '@nestjs/common';
import { WitnessApi } from './witness-api.js';

const PREFIX = '/witness/';

/** `/witness/...`: the node as a witness of the other logs, on HTTP. */
@Controller()
export class WitnessController {
  readonly #api: WitnessApi;

  constructor(api: WitnessApi) {
    this.#api = api;
  }

  @All('witness/*path')
  async answer(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const { status, type, body } = await this.#api.answer(path.slice(PREFIX.length), request);
    response
      .writeHead(status, {
        'content-type': type,
        'cache-control': 'no-store',
        ...(status === 429 ? { 'retry-after': '1' } : {}),
        ...(status === 413 ? { connection: 'close' } : {}),
      })
      .end(body);
  }
}
