export { NodeClock } from './clock.js';
export { createHandoffApp } from './handoff-app.js';
export type { HandoffApp, HandoffAppDeps } from './handoff-app.js';
export type { SubscriberState } from './subscriber.js';
