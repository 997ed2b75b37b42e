/** What runs the service. Apart from the rest, since it brings Nest: a command that only reads files starts without it. */
export { createHandoffApp } from './handoff-app.js';
export type { HandoffApp, HandoffAppDeps } from './handoff-app.js';
export { openHandoff } from './open-handoff.js';
export type { HandoffDeps, OpenHandoff } from './open-handoff.js';
