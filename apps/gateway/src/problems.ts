import { type ServerResponse, STATUS_CODES } from 'node:http';

/** Why the gateway did not start. */
export class GatewayFault extends Error {
  constructor(
    readonly code: 'PORT_IN_USE',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'GatewayFault';
  }
}

/** A refusal of a request before it reaches a subgraph, as RFC 9457 problem details with a stable `code`. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** One sentence for the caller; no address, no data of a person. */
    readonly detail: string,
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

export const sendProblem = (res: ServerResponse, { status, code, detail }: Problem): void => {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  // For `about:blank` the title is the phrase of the status (RFC 9457, section 4.2.1).
  const body = { type: 'about:blank', title: STATUS_CODES[status], status, code, detail };
  res.writeHead(status, {
    'content-type': 'application/problem+json',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 405 ? { allow: 'POST' } : {}),
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  res.end(JSON.stringify(body));
};
