/** What crosses a border: event schemas, GraphQL, division codes, agencies. Types are generated from the sources beside `src`. */
import type * as HandoffGraphql from './generated/handoff-graphql.js';
import type * as LedgerGraphql from './generated/ledger-graphql.js';

export type { AgencyDelegation, AgencyEntry } from './agency-entry.js';
export {
  AGENCIES,
  agencyById,
  agencyOfDivision,
  isAtOrAbove,
  parentOf,
  readingAgency,
  recipientById,
  RECIPIENTS,
} from './agencies.js';
export { type Division, type DivisionLevel, DIVISIONS, divisionByCode, nodeOf } from './divisions.js';
export type { Recipient, RecipientKind } from './recipients.js';
export { type EventName, eventName, type HubEvent, schemaAddress, wireType } from './events.js';
export { EVENT_NAMES } from './generated/events.js';
export type { EventData } from './generated/events.js';
export { isTraceparent } from './trace-context.js';
export { SCHEMAS } from './generated/schemas.js';
export { handoffSdl, ledgerSdl } from './generated/sdl.js';
export { supergraphSdl } from './generated/supergraph.js';
export type { HandoffGraphql, LedgerGraphql };
