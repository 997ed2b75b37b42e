import { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { type HttpAnswer, problem } from '../tile-api.js';
import { EvidenceApi } from './evidence-api.js';

const PATH = /^\/ledger\/evidence\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.zip$/;

/** `GET /ledger/evidence/<event id>.zip`: the evidence bundle of one event. */
@Controller()
export class EvidenceController {
  readonly #api: EvidenceApi;

  constructor(api: EvidenceApi) {
    this.#api = api;
  }

  @Get('ledger/evidence/:file')
  async get(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const id = PATH.exec(path)?.[1];
    const answer: HttpAnswer =
      id === undefined
        ? problem(404, 'NOT_A_RESOURCE', 'There is no such resource of the log.')
        : await this.#api.answer(id, request.headers);
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body);
  }
}
