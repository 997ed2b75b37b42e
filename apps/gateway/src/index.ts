export { createGateway } from './gateway.js';
export type { Gateway, GatewayDeps, RequestSpan, Route } from './gateway.js';
export { GatewayFault } from './problems.js';
export type { Limits } from './request.js';
