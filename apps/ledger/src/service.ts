/** What runs the service. Apart from the rest, since it brings Nest: a command that only reads files starts without it. */
export { createLedgerApp } from './ledger-app.js';
export type { LedgerApp, LedgerAppDeps, LedgerHealth } from './ledger-app.js';
export { type ScratchServer, serveScratchLog } from './scratch/scratch-server.js';
