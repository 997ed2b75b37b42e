import { EVENT_NAMES, type EventData, type HubEvent as Envelope } from './generated/events.js';

/** Name of an event without prefix and version, e.g. `transfer.applied`. */
export type EventName = keyof EventData;

/** The signed CloudEvent with the data of its type. */
export type HubEvent<T extends EventName = EventName> = Omit<Envelope, 'data'> & { readonly data: EventData[T] };

/** The CloudEvents `type` of an event. */
export const wireType = (name: EventName): string => `cn.delta-hub.${name}.v1`;

/** The address of the JSON Schema of an event's data. */
export const schemaAddress = (name: EventName | 'hub-event'): string => `https://delta-hub.cn/schemas/${name}.v1.json`;

const byWireType: ReadonlyMap<string, EventName> = new Map(EVENT_NAMES.map((name) => [wireType(name), name]));

/** The name of a CloudEvents `type`; undefined for a type this version does not know. */
export const eventName = (type: string): EventName | undefined => byWireType.get(type);
