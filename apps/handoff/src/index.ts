export { NodeClock } from './clock.js';
export { createHandoffApp } from './handoff-app.js';
export type { HandoffApp, HandoffAppDeps } from './handoff-app.js';
export type { SubscriberState } from './subscriber.js';
export { Handle } from './requests.js';
export type { Outcome, Request } from './requests.js';
export { openHandoff } from './open-handoff.js';
export type { HandoffDeps, OpenHandoff } from './open-handoff.js';
export { personFacts } from './knowledge.js';
