import type { Actor } from './agency.js';
import { HandoffFault } from './faults.js';
import { isInstant } from './instant.js';
import type { PersonEvent } from './person.js';
import type { PersonMergeEvent } from './person-merge.js';
import type { SealedRecordEvent } from './sealed-record.js';
import type { TransferEvent, TransferEventType } from './transfer.events.js';
import { PROCEDURE } from './transfer.procedure.js';

/** The types of `cn.delta-hub.<type>.v1` that this version folds. */
export type HandoffEventType =
  TransferEventType | PersonEvent['type'] | PersonMergeEvent['type'] | SealedRecordEvent['type'];

export type HandoffEvent = TransferEvent | PersonEvent | PersonMergeEvent | SealedRecordEvent;

const WIRE_TYPE = /^cn\.delta-hub\.(.+)\.v1$/;

const KNOWN: ReadonlySet<string> = new Set<HandoffEventType>([
  'person.intake-registered',
  'person.match-proposed',
  'person.merged',
  'person.unmerged',
  'person.sealed-record-read',
  ...(Object.keys(PROCEDURE) as TransferEventType[]),
]);

/**
 * A stored payload as the current domain event; the only place that will know old shapes. `data` has passed its JSON
 * Schema before it was stored. Fails closed: throws EVENT_TYPE_UNKNOWN rather than fold around a fact, and
 * EVENT_DATA_INVALID for data without the fields every act has.
 */
export const upcast = (wireType: string, data: unknown): HandoffEvent => {
  const type = WIRE_TYPE.exec(wireType)?.[1];
  if (type === undefined || !KNOWN.has(type)) throw new HandoffFault('EVENT_TYPE_UNKNOWN', wireType);
  if (!isAct(data)) throw new HandoffFault('EVENT_DATA_INVALID', `${wireType} without occurredAt or actor`);
  const { occurredAt, actor, ...fields } = data;
  return { type, occurredAt, actor, data: fields } as unknown as HandoffEvent;
};

/** Narrows what `upcast` gives by its stream. */
export const isTransferEvent = (event: HandoffEvent): event is TransferEvent => event.type.startsWith('transfer.');

/** Whether an event of a person is about two ids being one. */
export const isMergeEvent = (event: HandoffEvent): event is PersonMergeEvent =>
  event.type.startsWith('person.') && !isIntake(event) && !isReading(event);

export const isIntake = (event: HandoffEvent): event is PersonEvent => event.type === 'person.intake-registered';

export const isReading = (event: HandoffEvent): event is SealedRecordEvent =>
  event.type === 'person.sealed-record-read';

const isAct = (data: unknown): data is { readonly occurredAt: string; readonly actor: Actor } => {
  const { occurredAt, actor } = (data ?? {}) as { occurredAt?: unknown; actor?: unknown };
  return typeof occurredAt === 'string' && isInstant(occurredAt) && typeof actor === 'object' && actor !== null;
};
