import type { ServerResponse } from 'node:http';

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
    readonly title: string,
    readonly detail?: string,
  ) {
    super(title);
    this.name = 'Problem';
  }
}

export const sendProblem = (res: ServerResponse, { status, code, title, detail }: Problem): void => {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const body = { type: 'about:blank', title, status, code, ...(detail === undefined ? {} : { detail }) };
  res.writeHead(status, {
    'content-type': 'application/problem+json',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 405 ? { allow: 'POST' } : {}),
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  res.end(JSON.stringify(body));
};
